import type { BundleLock } from '../bundle-lock.ts'
import { DEVICE_PLUGIN } from '../bundle-spec.ts'
import { parseImageName } from '../images/image-name.ts'

/** The image of the device plugin: the one that the bundle holds, where bundle.yaml named another than the usual one. */
export function devicePlugin(lock: BundleLock | undefined): string {
  const held = (lock?.files ?? []).flatMap(({ images = [] }) => images.map(({ name }) => name))
  const plugins = held.filter((name) => parseImageName(name)?.repository.endsWith('/k8s-device-plugin'))
  return plugins.includes(DEVICE_PLUGIN) ? DEVICE_PLUGIN : (plugins[0] ?? DEVICE_PLUGIN)
}
