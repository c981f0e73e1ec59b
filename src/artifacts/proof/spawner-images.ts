import type { RequiredImage } from '../bundle-lock.ts'
import { fullImageName } from '../images/image-name.ts'
import { mapping, members } from './mapping.ts'

/**
 * The images of the pods that the hub starts for users, which no rendering of the chart shows. `values` are the chart's
 * values with the site's over them. An image counts where it belongs to a container, or where a profile overrides that
 * of the notebook. Python code in hub.extraConfig, and images that users type, cannot be seen.
 */
export function spawnerImages(values: unknown): RequiredImage[] {
  const singleuser = mapping(mapping(values).singleuser)
  const spawner = mapping(mapping(mapping(mapping(values).hub).config).KubeSpawner)
  const pullPolicy = spawner.image_pull_policy ?? mapping(singleuser.image).pullPolicy
  const profiles = members(spawner.profile_list ?? singleuser.profileList)
  const found = (image: unknown, by: string, policy: unknown): RequiredImage[] =>
    typeof image === 'string' && image !== ''
      ? [
          {
            name: fullImageName(image),
            by,
            ...(typeof policy === 'string' && policy !== '' && { pullPolicy: policy }),
          },
        ]
      : []
  /** Images in a part of the values. `path` says where it stands; `overrides` that it sets what KubeSpawner uses. */
  const walk = (part: unknown, path: string, overrides: boolean): RequiredImage[] => {
    const { image, imagePullPolicy, image_pull_policy, name } = mapping(part)
    const own =
      overrides || typeof name === 'string'
        ? found(image, path, imagePullPolicy ?? image_pull_policy ?? (overrides ? pullPolicy : undefined))
        : []
    return [
      ...own,
      ...Object.entries(mapping(part)).flatMap(([key, value]) =>
        key === 'unlisted_choice' ? [] : walk(value, `${path}.${key}`, key === 'kubespawner_override'),
      ),
      ...(Array.isArray(part) ? part.flatMap((each, i) => walk(each, `${path}[${i}]`, false)) : []),
    ]
  }
  const { image: own, ...rest } = singleuser
  return [
    ...(spawner.image === undefined && needsDefault(profiles)
      ? found(imageOf(own), 'singleuser.image', pullPolicy)
      : []),
    ...(blocksMetadata(singleuser)
      ? found(
          imageOf(mapping(singleuser.networkTools).image),
          'singleuser.networkTools.image',
          mapping(mapping(singleuser.networkTools).image).pullPolicy,
        )
      : []),
    ...walk(rest, 'singleuser', false),
    ...walk(spawner, 'hub.config.KubeSpawner', true),
  ]
}

/** An image as the chart's values write it. */
function imageOf(image: unknown): string | undefined {
  const { name, tag } = mapping(image)
  return typeof name === 'string' && name !== '' ? `${name}${tag ? `:${tag}` : ''}` : undefined
}

/** Whether some notebook can start with the default image: not when each profile chooses one in any case. */
function needsDefault(profiles: readonly unknown[]): boolean {
  const overrides = (part: unknown) => mapping(mapping(part).kubespawner_override).image !== undefined
  const chooses = (profile: unknown) =>
    overrides(profile) ||
    members(mapping(profile).profile_options).some((option) => {
      const choices = members(mapping(option).choices)
      return choices.length > 0 && choices.every(overrides)
    })
  return profiles.length === 0 || !profiles.every(chooses)
}

/** Whether each notebook gets an init container that blocks the metadata server of clouds; `enabled` is its older name. */
function blocksMetadata(singleuser: Readonly<Record<string, unknown>>): boolean {
  const { enabled, blockWithIptables } = mapping(singleuser.cloudMetadata)
  return enabled === undefined ? blockWithIptables === true : enabled === false
}
