import { Argument, InvalidArgumentError, Option } from 'commander'
import { OUTPUT, SOURCES } from './shared-options.ts'
import type { Verb } from './verb.ts'

const BUNDLE_FOLDER = new Argument('[folder]', 'folder of the bundle').default('shared/bin')

/** The subcommands of `bundle`. */
export const BUNDLE_COMMANDS: readonly Verb[] = [
  {
    name: 'init',
    description: 'write a bundle.yaml to start from: which versions, and what else',
    examples: ['convecthub bundle init', 'convecthub bundle init --gpu --values jupyterhub.yaml'],
    arguments: [BUNDLE_FOLDER],
    options: [
      new Option('--k3s <version>', 'version of K3s, such as v1.34.1+k3s1'),
      new Option('--helm <version>', 'version of Helm, such as v3.19.0'),
      new Option('--chart <version>', 'version of the JupyterHub chart, such as 4.4.0'),
      new Option('--gpu', 'with the device plugin for NVIDIA GPUs'),
      new Option('--registry <version>', 'with the program for a machine in [registry], such as v3.0.0'),
      new Option('--values <file>', 'your JupyterHub values, whose images are fetched, too'),
    ],
    load: async () => (await import('./bundle-init.ts')).bundleInitVerb,
  },
  {
    name: 'pull',
    description:
      'fetch all that bundle.yaml asks for, or a bundle that lies elsewhere; call it again to continue',
    examples: ['convecthub bundle pull', 'convecthub bundle pull --from s3://bucket/bin/'],
    arguments: [BUNDLE_FOLDER],
    options: [
      new Option('--update', 'take changes of bundle.yaml, and what tags of images mean now, into the lock'),
      new Option(
        '--from <source>',
        'copy a bundle from s3://BUCKET/PREFIX, https://HOST/PATH or a folder; no bundle.yaml is needed',
      ).conflicts('update'),
      new Option('--ca <file>', 'certificates (PEM) that are trusted besides the usual ones'),
      OUTPUT,
      new Option('--no-color', 'no colours; NO_COLOR does the same'),
    ],
    load: async () => (await import('./bundle-pull.ts')).bundlePullVerb,
  },
  {
    name: 'lock',
    description:
      'write the bundle.lock.yaml of a folder: its files, sizes and digests; warns of what it lacks',
    examples: ['convecthub bundle lock shared/bin', 'convecthub bundle lock shared/bin --helm v3.19.0'],
    arguments: [new Argument('<folder>')],
    options: [
      new Option(
        '--k3s <version>',
        'version of its K3s, such as v1.34.1+k3s1, where the program does not name it',
      ),
      new Option(
        '--helm <version>',
        'version of its Helm, such as v3.19.0, where no archive of Helm has it in its name',
      ),
      new Option('--description <text>', 'one line for people').default('ConvectHub bundle'),
      OUTPUT,
    ],
    load: async () => (await import('./bundle-lock.ts')).bundleLockVerb,
  },
  {
    name: 'verify',
    description:
      'check every file of a bundle, and whether it has all that your machines need; contacts no machine',
    examples: ['convecthub bundle verify -i inv.toml', 'convecthub bundle verify shared/bin'],
    arguments: [new Argument('[folder]', 'default: shared/bin beside the inventory')],
    options: [
      ...SOURCES,
      new Option('--trust <key>', 'public key, or its .pub file, with which the bundle must be signed'),
      OUTPUT,
    ],
    load: async () => (await import('./bundle-verify.ts')).bundleVerifyVerb,
  },
  {
    name: 'list',
    description: 'list what is in a bundle: files, images and packages, with versions and licences',
    examples: ['convecthub bundle list shared/bin', 'convecthub bundle list shared/bin --output json'],
    arguments: [new Argument('<folder>')],
    options: [OUTPUT],
    load: async () => (await import('./bundle-list.ts')).bundleListVerb,
  },
  {
    name: 'diff',
    description: 'show in what two bundles differ: files and images',
    examples: [
      'convecthub bundle diff old/bin shared/bin',
      'convecthub bundle diff old.lock.yaml shared/bin/bundle.lock.yaml',
    ],
    arguments: [
      new Argument('<before>', 'folder of a bundle, or its bundle.lock.yaml'),
      new Argument('<after>', 'the same of another bundle'),
    ],
    options: [OUTPUT],
    load: async () => (await import('./bundle-diff.ts')).bundleDiffVerb,
  },
  {
    name: 'sbom',
    description: 'print the software bill of materials of a bundle (CycloneDX, JSON)',
    examples: ['convecthub bundle sbom shared/bin', 'convecthub bundle sbom shared/bin/bundle.lock.yaml'],
    arguments: [new Argument('<folder>')],
    load: async () => (await import('./bundle-sbom.ts')).bundleSbomVerb,
  },
  {
    name: 'sign',
    description: 'sign a bundle with an Ed25519 key; bundle_key in the inventory asks for it',
    examples: [
      'convecthub bundle sign shared/bin --key bundle-key',
      'convecthub bundle sign shared/bin --key ~/.ssh/id_ed25519',
    ],
    arguments: [new Argument('<folder>')],
    options: [
      new Option(
        '--key <file>',
        'private key, as `ssh-keygen -t ed25519` makes it; needed',
      ).makeOptionMandatory(),
      OUTPUT,
    ],
    load: async () => (await import('./bundle-sign.ts')).bundleSignVerb,
  },
  {
    name: 'pack',
    description: 'write a bundle into one file, or into parts that fit on a USB stick',
    examples: [
      'convecthub bundle pack shared/bin bundle.tar',
      'convecthub bundle pack shared/bin stick.tar --split 4G',
    ],
    arguments: [new Argument('<folder>'), new Argument('<file>')],
    options: [
      new Option(
        '--split <size>',
        'largest size of a part, such as 4G (of 1,000,000,000 bytes) or 700M',
      ).argParser(sizeInBytes),
      new Option(
        '--base <bundle>',
        'leave out the files that this older bundle has: its folder or its bundle.lock.yaml',
      ),
      OUTPUT,
    ],
    load: async () => (await import('./bundle-pack.ts')).bundlePackVerb,
  },
  {
    name: 'unpack',
    description: 'unpack a bundle into a folder; keeps what is there and right',
    examples: [
      'convecthub bundle unpack bundle.tar shared/bin',
      'convecthub bundle unpack stick.tar.001 shared/bin',
    ],
    arguments: [
      new Argument('<file>', 'what `bundle pack` wrote, or the first of its parts'),
      new Argument('<folder>'),
    ],
    options: [OUTPUT],
    load: async () => (await import('./bundle-unpack.ts')).bundleUnpackVerb,
  },
]

/** Parses a size such as 4G or 700M, in powers of 1000: a part of 4G fits on a stick with FAT32. Returns bytes. */
function sizeInBytes(text: string): number {
  const [, number = '', unit = ''] = /^([1-9]\d{0,5})([KMGT]?)B?$/i.exec(text) ?? []
  if (number === '') throw new InvalidArgumentError('a size such as 4G or 700M is needed')
  return Number(number) * 1000 ** ' KMGT'.indexOf(unit.toUpperCase() || ' ')
}
