import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** NVIDIA hardware and its software. */
export interface Gpu {
  /** PCI addresses of display controllers (class 03) by NVIDIA (vendor 10de). */
  cards: readonly string[]
  /** The version in /proc/driver/nvidia, undefined while no module is loaded. */
  driver: string | undefined
  /** Whether the open driver, which conflicts with NVIDIA's, is loaded. */
  nouveau: boolean
  /** Whether nvidia-container-runtime is installed. */
  runtime: boolean
}

const SCRIPT = `
for device in /sys/bus/pci/devices/*; do
  [ "$(cat "$device/vendor")" = 0x10de ] || continue
  case $(cat "$device/class") in 0x03*) printf 'card=%s\\n' "\${device##*/}" ;; esac
done
sed -n 's/^NVRM version:.* \\([0-9][0-9]*\\.[0-9.]*\\) .*/driver=\\1/p' /proc/driver/nvidia/version
[ ! -d /sys/module/nouveau ] || echo nouveau=1
command -v nvidia-container-runtime >/dev/null && echo runtime=1`

export const gpu = singleFact<Gpu>('gpu', rawSh(SCRIPT), (output) => {
  const lines = output.split('\n')
  return {
    cards: lines.filter((line) => line.startsWith('card=')).map((line) => line.slice(5)),
    driver: /^driver=(.+)$/m.exec(output)?.[1],
    nouveau: lines.includes('nouveau=1'),
    runtime: lines.includes('runtime=1'),
  }
})
