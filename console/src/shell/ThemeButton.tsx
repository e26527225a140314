import { IconMoon, IconSun } from '@tabler/icons-react'
import { useTexts } from '../i18n/context'
import { useColorScheme } from '../ui/colorScheme'
import { IconButton } from '../ui/IconButton'

export function ThemeButton() {
  const texts = useTexts()
  const { current, toggle } = useColorScheme()
  const Icon = current === 'dark' ? IconSun : IconMoon
  return (
    <IconButton label={current === 'dark' ? texts.shell.toLight : texts.shell.toDark} onClick={toggle}>
      <Icon size={18} stroke={1.7} aria-hidden />
    </IconButton>
  )
}
