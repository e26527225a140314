import { useTexts } from '../../i18n/context'
import { Button } from '../../ui/Button'

/** Offers the new order instead of moving rows under somebody's pointer. */
export function OrderChanged({ onReorder }: { onReorder: () => void }) {
  const texts = useTexts()
  return (
    <span className="order-changed">
      {texts.registries.orderChanged}
      <Button size="xs" onClick={onReorder}>
        {texts.registries.reorder}
      </Button>
    </span>
  )
}
