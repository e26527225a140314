import { useLiveStatus } from '../api/changes'
import { useTexts } from '../i18n/context'
import { Tip } from '../ui/Tip'

/** Whether changes arrive by themselves at the moment. */
export function LiveIndicator() {
  const texts = useTexts()
  const status = useLiveStatus()
  const reconnecting = status === 'reconnecting'
  return (
    <div className="live" role="status" data-status={status}>
      {status !== 'connecting' && (
        <Tip text={reconnecting ? texts.shell.reconnectingHelp : texts.shell.liveHelp}>
          <span className="live-text">
            <span className={`dot ${reconnecting ? 'warn' : 'ok'}`} aria-hidden />
            {reconnecting ? texts.shell.reconnecting : texts.shell.live}
          </span>
        </Tip>
      )}
    </div>
  )
}
