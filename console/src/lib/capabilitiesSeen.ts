import type { CapabilityReason, ConditionView, Registry, RegistrySharing } from '../api/types'

/** What is shown of something a registry can do. */
export interface SeenCapability {
  name: Registry['capabilities'][number]['name']
  status: Registry['capabilities'][number]['status']
  reason?: CapabilityReason | null
  /** The trial that showed it, where one did. */
  trial?: ConditionView
}

/**
 * What a registry can do, as it is known on the whole page: what was tried out to find who may pull is newer than what was
 * asked once an hour. What concerns an account is left out where there is none.
 */
export function capabilitiesSeen(registry: Registry, sharing: RegistrySharing | undefined): SeenCapability[] {
  const trialOf = (type: ConditionView['type']) =>
    sharing?.conditions.find((each) => each.type === type && each.status !== 'unknown')
  const anonymous = trialOf('AnonymousPull')
  const pullOnly = trialOf('PullOnly')
  // That one account cannot push says nothing of another.
  const ofOwnAccount = sharing?.delivered?.mode === 'shared'
  return registry.capabilities
    .filter(({ name }) => name !== 'pull' || registry.username != null)
    .map((capability): SeenCapability => {
      const { name } = capability
      if (name === 'anonymous_pull' && anonymous) {
        return { name, status: anonymous.status === 'true' ? 'available' : 'missing', trial: anonymous }
      }
      if (name === 'push' && pullOnly && (pullOnly.status === 'false' || ofOwnAccount)) {
        return { name, status: pullOnly.status === 'false' ? 'available' : 'missing', trial: pullOnly }
      }
      return capability
    })
}
