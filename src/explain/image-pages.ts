import type { Pages } from './page.ts'

/** Pages for images in registries, and for the archives of a bundle. */
export const IMAGE_PAGES = {
  ARCHIVE: {
    means:
      'An archive (.tar, .tgz, .tar.gz, .tar.zst) cannot be read to its end, or lacks a part of an image.',
    causes:
      'A download or copy that was cut short, a full disk, or a file that only has the name of an archive.',
    fix: 'Fetch or copy it again. `tar -tf FILE` lists what can be read of it.',
  },
  IMAGE_DIGEST: {
    means:
      'A registry sent something else than the digest that was asked for. It was thrown away, as anything could be in it.',
    causes: 'A proxy or a mirror with a damaged cache, or a registry that was tampered with.',
    fix: 'Run it again. If it stays, fetch the image past that proxy or mirror: see `mirrors` in bundle.yaml.',
  },
  IMAGE_FORM: {
    means:
      'A registry answered with something that is not a container image, or one in a form that nobody has used since 2017.',
    causes:
      'The name is that of a Helm chart or another artifact, the image is of Docker before 1.10, or a proxy answered with a page of its own.',
    fix: 'Correct the name of the image. `docker manifest inspect IMAGE` shows what the registry has.',
  },
  IMAGE_MISSING: {
    means: 'The registry has no image of this name, or not with this tag or digest.',
    causes: 'A typing mistake, a tag that was never pushed, or an image that was deleted from the registry.',
    fix: 'Correct the name where the error says it comes from: bundle.yaml, or the values for the chart.',
  },
  IMAGE_PLATFORM: {
    means: 'There is such an image, but not for Linux on the architecture of the bundle.',
    causes: 'Many images are made for amd64 only. The error lists what there is.',
    fix: 'Choose another image or tag, or take the architecture out of `architectures` in bundle.yaml.',
  },
  REGISTRY_DENIED: {
    means: 'The registry did not let us read the image.',
    causes:
      'A private image without a login, a wrong or old password, or no such image: many registries do not tell the difference.',
    fix: 'Check the name, then `docker login REGISTRY`. Logins are read from ~/.docker/config.json or the file of REGISTRY_AUTH_FILE.',
  },
  REGISTRY_LOGIN: {
    means: 'The file with the logins of registries cannot be read.',
    causes: 'REGISTRY_AUTH_FILE names a file that is not there, or the file is not JSON.',
    fix: 'Correct or remove it; `docker login REGISTRY` writes ~/.docker/config.json again.',
  },
} as const satisfies Pages
