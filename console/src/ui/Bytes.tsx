import { useI18n } from '../i18n/context'

export function Bytes({ value }: { value: number }) {
  const { format } = useI18n()
  const parts = format.bytes(value)
  return (
    <span className="num">
      {parts.value} {parts.unit}
    </span>
  )
}
