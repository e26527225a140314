import {
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleMinus,
  IconCircleXFilled,
} from '@tabler/icons-react'
import { TEST_STEPS, type TestStep, type TestStepName } from '../../api/registryTest'
import type { TestState } from '../../api/useRegistryTest'
import { useTexts } from '../../i18n/context'
import { errorText } from '../../i18n/problemText'
import { Duration } from '../../ui/Duration'
import { Spinner } from '../../ui/Spinner'
import { stepFacts } from './stepFacts'

type StepStatus = TestStep['status'] | 'running' | 'pending'

/** The steps of a connection test, each with its outcome as soon as it is known. */
export function TestSteps({ state }: { state: TestState }) {
  const nextStep = state.phase === 'running' ? TEST_STEPS[state.steps.length] : undefined
  return (
    <ol className="test-steps" aria-live="polite" aria-busy={state.phase === 'running'}>
      {TEST_STEPS.map((name) => (
        <StepRow
          key={name}
          name={name}
          step={state.steps.find((each) => each.step === name)}
          running={name === nextStep}
        />
      ))}
    </ol>
  )
}

interface StepRowProps {
  name: TestStepName
  step: TestStep | undefined
  running: boolean
}

function StepRow({ name, step, running }: StepRowProps) {
  const texts = useTexts()
  const status: StepStatus = step?.status ?? (running ? 'running' : 'pending')
  const facts = step && stepFacts(texts, step)
  // A step nobody asked for is no outcome: its fact says so, a second word would only repeat it.
  const notAsked = step?.status === 'skipped' && step.facts.reason === 'not_asked'
  return (
    <li data-status={status}>
      <div className="test-step">
        <StepIcon status={status} />
        <span className="test-step-name">{texts.test.step[name]}</span>
        <span className="test-step-facts fine">{facts}</span>
        {!notAsked && (
          <span className="test-step-status fine num">
            {texts.test.status[status]}
            {step && step.status !== 'skipped' && (
              <>
                {' · '}
                <Duration ms={step.duration_ms} />
              </>
            )}
          </span>
        )}
      </div>
      {step?.status === 'failed' && step.code && <StepCause code={step.code} />}
    </li>
  )
}

function StepCause({ code }: { code: NonNullable<TestStep['code']> }) {
  const texts = useTexts()
  const { title, remedy } = errorText(texts, code)
  return (
    <div className="test-step-cause">
      <strong>{title}</strong>
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
