interface SwitchProps {
  label: string
  checked: boolean
  onChange: (checked: boolean) => void
}

/** On or off, at once. */
export function Switch({ label, checked, onChange }: SwitchProps) {
  return (
    <button type="button" role="switch" className="switch" aria-checked={checked} onClick={() => onChange(!checked)}>
      <span className="switch-track" aria-hidden />
      {label}
    </button>
  )
}
