import type { Pages } from './page.ts'

/** Pages for fetching apt packages into a bundle. No machine was contacted. */
export const APT_PAGES = {
  APT_FAILED: {
    means: 'apt on this computer could not read a package source, or could not fetch the packages from it.',
    causes:
      'The network or a proxy, a mirror that is incomplete or signed by another key, or packages that exclude each other.',
    fix: "Read apt's own lines below the error. Correct `mirror`, `sources` or `packages` under `apt` in bundle.yaml, or set http_proxy.",
  },
  APT_SOURCE_KEY: {
    means: 'A key that signs packages is missing on this computer, or is not the one that bundle.yaml names.',
    causes:
      'Packages for Ubuntu are fetched on Debian or the other way round, a wrong path, or a key that its owner has replaced.',
    fix: 'Install the package with the keys as the hint says, or name a key that you trust in bundle.yaml: `key: FILE`, or an address with its `fingerprint`.',
  },
  APT_PACKAGE: {
    means:
      'No package source of the release has a package that bundle.yaml or a step of convecthub asks for.',
    causes: 'A misspelt name, a kernel of another release, or a missing source such as that of NVIDIA.',
    fix: 'Correct the name, or add the source that has it under `apt` in bundle.yaml: `sources: [{uri: …, suite: …, key: …}]`.',
  },
  APT_RELEASE: {
    means: 'bundle.yaml asks for apt packages of a release that convecthub does not know.',
    causes: 'A misspelt release, or one that is newer than this convecthub.',
    fix: 'Write it as in os-release: `ubuntu-22.04`, `debian-12`. The hint lists those that are known.',
  },
  APT_TOOLS: {
    means: 'Packages are chosen and fetched by apt, and this computer has none.',
    causes: 'The computer runs another system than Debian or Ubuntu.',
    fix: 'Run `convecthub bundle pull` on a computer with Debian or Ubuntu; its release does not matter, and a container will do.',
  },
} as const satisfies Pages
