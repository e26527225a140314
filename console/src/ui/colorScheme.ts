import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core'

/** The theme in use and a switch to the other one; the choice is kept in this browser. */
export function useColorScheme() {
  const { setColorScheme } = useMantineColorScheme()
  const current = useComputedColorScheme('light', { getInitialValueInEffect: false })
  return { current, toggle: () => setColorScheme(current === 'dark' ? 'light' : 'dark') }
}
