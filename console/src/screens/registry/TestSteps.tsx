import {
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleMinus,
  IconCircleXFilled,
} from '@tabler/icons-react'
import { TEST_STEPS, type TestStepName } from '../../api/registryTest'
import type { ErrorCode } from '../../api/types'
import type { ShownStep, TestState } from '../../api/useRegistryTest'
import { useI18n, useTexts } from '../../i18n/context'
import { errorText } from '../../i18n/problemText'
import { Duration } from '../../ui/Duration'
import { Spinner } from '../../ui/Spinner'
import { refusedCertificate, stepFacts } from './stepFacts'

type StepStatus = ShownStep['status'] | 'running' | 'pending'

/** The steps of a connection test, each with its outcome as soon as it is known. */
export function TestSteps({ state }: { state: TestState }) {
  const failed = state.steps.some((step) => step.status === 'failed')
  const nextStep = state.phase === 'running' ? TEST_STEPS[state.steps.length] : undefined
  return (
    <ol className="test-steps" aria-live="polite" aria-busy={state.phase === 'running'}>
      {TEST_STEPS.map((name) => (
        <StepRow
          key={name}
          name={name}
          step={state.steps.find((each) => each.step === name)}
          running={name === nextStep}
          afterFailure={failed}
        />
      ))}
    </ol>
  )
}

interface StepRowProps {
  name: TestStepName
  step: ShownStep | undefined
  running: boolean
  /** A step of this test failed: those skipped could not be tried. Otherwise nobody asked for them. */
  afterFailure: boolean
}

function StepRow({ name, step, running, afterFailure }: StepRowProps) {
  const { texts, format } = useI18n()
  const status: StepStatus = step?.status ?? (running ? 'running' : 'pending')
  const notAsked = step?.status === 'skipped' && !afterFailure
  return (
    <li data-status={status}>
      <div className="test-step">
        <StepIcon status={status} />
        <span className="test-step-name">{texts.test.step[name]}</span>
        <span className="test-step-facts fine">{step && stepFacts(texts, format, step)}</span>
        <span className="test-step-status fine num">
          {notAsked ? texts.test.notAsked : texts.test.status[status]}
          {step && step.status !== 'skipped' && step.duration_ms !== null && (
            <>
              {' · '}
              <Duration ms={step.duration_ms} />
            </>
          )}
        </span>
      </div>
      {step?.status === 'failed' && step.code && (
        <StepCause code={step.code} detail={step.params.detail} presented={refusedCertificate(texts, format, step)} />
      )}
    </li>
  )
}

interface StepCauseProps {
  code: ErrorCode
  /** What the registry or the TLS library said, as it said it. */
  detail: string | undefined
  /** The certificate that was not accepted. */
  presented: string | undefined
}

function StepCause({ code, detail, presented }: StepCauseProps) {
  const texts = useTexts()
  const { title, remedy } = errorText(texts, code)
  return (
    <div className="test-step-cause">
      <strong>{title}</strong>
      {detail && <code className="mono break">{detail}</code>}
      {presented && <p className="break">{presented}</p>}
      <p>{remedy}</p>
    </div>
  )
}

function StepIcon({ status }: { status: StepStatus }) {
  switch (status) {
    case 'ok':
      return <IconCircleCheckFilled size={17} color="var(--rs-ok)" aria-hidden />
    case 'failed':
      return <IconCircleXFilled size={17} color="var(--rs-bad)" aria-hidden />
    case 'skipped':
      return <IconCircleMinus size={17} color="var(--rs-ink-3)" aria-hidden />
    case 'running':
      return <Spinner size={17} />
    case 'pending':
      return <IconCircleDashed size={17} color="var(--rs-ink-3)" aria-hidden />
  }
}
