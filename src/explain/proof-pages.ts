import type { Pages } from './page.ts'

/** Pages for what a bundle lacks for the machines of an inventory. No machine was contacted. */
export const PROOF_PAGES = {
  BUNDLE_INCOMPLETE: {
    means:
      'The bundle lacks something that the machines of this inventory will ask for: an image, a program for their processors, or packages. Each message names who asks for it.',
    causes:
      'Values in jhub_config_path that name other images than when the bundle was made, a machine with another processor, has_gpu=true, or images that machines get from a registry of the site.',
    fix: 'Write the line of the hint into bundle.yaml, and run `convecthub bundle pull FOLDER` where there is internet. If a registry of yours or the internet has it for the machines: `--ignore-preflight bundle`.',
  },
  BUNDLE_MISFIT: {
    means: 'The versions in the bundle do not work together. As a warning: nobody has promised that they do.',
    causes: 'A new chart with an old K3s, or Helm and K3s of different years.',
    fix: 'Take the version that the hint names. `--ignore-preflight bundle` tries it all the same.',
  },
  CHART_REFUSED: {
    means:
      'The Helm of the bundle, run on this computer, does not accept the chart with these values. Its words are shown; on the machines it would refuse them as well.',
    causes: 'A misspelt name in jhub_config_path, or a value of the wrong type.',
    fix: 'Correct what Helm names, then `convecthub bundle verify -i inv.toml`.',
  },
  IMAGE_PULLED: {
    means:
      'Kubernetes will ask a registry for this image at every start of its containers, even where a machine has the image. Without that registry they never start.',
    causes:
      'The pull policy Always, or an image with the tag latest or none, for which Always is the default.',
    fix: 'Name a version, or set the pull policy to IfNotPresent. With a registry on site: a machine in the group registry, or `--ignore-preflight bundle`.',
  },
  BUNDLE_EXTRA: {
    means:
      'There are files in the folder of the bundle that its lock does not list, so nobody checks or sends them.',
    causes: 'They were added after the lock was written.',
    fix: 'Take them out, or write the lock again: `convecthub bundle lock FOLDER`.',
  },
  BUNDLE_UNKNOWN: {
    means: 'It cannot be told on this computer whether the bundle has all that will be asked for.',
    causes:
      'A lock without the names of the images in its archives, or a Helm for another processor than that of this computer.',
    fix: 'Do what the hint says. Nothing is wrong yet: a missing image shows when a container waits for it.',
  },
  cgroup: {
    means: 'The machine has cgroup v1, and K3s 1.35 or newer does not start with that.',
    causes: 'Ubuntu 20.04, Debian 10 or older, or a kernel option.',
    fix: 'Boot it with systemd.unified_cgroup_hierarchy=1, upgrade its system, or take K3s 1.34. With fail-cgroupv1=false among the arguments of kubelet: `--ignore-preflight cgroup`.',
  },
} as const satisfies Pages
