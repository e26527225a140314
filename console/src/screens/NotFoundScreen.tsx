import { IconCompassOff } from '@tabler/icons-react'
import { useTexts } from '../i18n/context'
import { ButtonLink } from '../ui/Button'
import { PageTitle } from '../ui/PageTitle'

export function NotFoundScreen() {
  const texts = useTexts()
  return (
    <div className="empty page-empty">
      <span className="empty-icon" aria-hidden>
        <IconCompassOff size={28} stroke={1.5} />
      </span>
      <PageTitle title={texts.notFound.title} />
      <p>{texts.notFound.help}</p>
      <ButtonLink to="/" tone="primary">
        {texts.notFound.home}
      </ButtonLink>
    </div>
  )
}
