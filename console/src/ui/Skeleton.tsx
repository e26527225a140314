interface SkeletonProps {
  width: number | string
  height?: number
}

/** The shape of what is being loaded; appears after a moment so that a quick answer does not flicker. */
export function Skeleton({ width, height = 14 }: SkeletonProps) {
  return <span className="skeleton" style={{ width, height }} aria-hidden />
}
