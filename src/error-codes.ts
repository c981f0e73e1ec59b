import type { ExitName } from './exit-codes.ts'

/** The exit code name for every error code that users can see. */
export const ERRORS = {
  FAULT: 'internal',
  SSH2_CHANGED: 'internal',

  FILE_EXISTS: 'usage',
  LAB_K3S_VERSION: 'usage',
  LAB_MACHINES: 'usage',
  LAB_NAME: 'usage',
  LAB_NO_MACHINE: 'usage',
  NOT_CONFIRMED: 'usage',
  NO_ANSWER: 'usage',
  NO_MACHINES: 'usage',
  USAGE: 'usage',

  BAD_NAME: 'inventory',
  BAD_VALUE: 'inventory',
  BECOME: 'inventory',
  DIFFERS: 'inventory',
  INVENTORY_ADDRESS: 'inventory',
  INVENTORY_ANSIBLE_CONFIG: 'inventory',
  INVENTORY_CHILDREN_LINE: 'inventory',
  INVENTORY_CONNECTION: 'inventory',
  INVENTORY_DUPLICATE_KEY: 'inventory',
  INVENTORY_ENCODING: 'inventory',
  INVENTORY_EXTRA_VARS: 'inventory',
  INVENTORY_GROUP_LOOP: 'inventory',
  INVENTORY_GROUP_NAME: 'inventory',
  INVENTORY_HOST_KEY_CHECKING: 'inventory',
  INVENTORY_HOST_LINE: 'inventory',
  INVENTORY_HOST_PATTERN: 'inventory',
  INVENTORY_LIMIT: 'inventory',
  INVENTORY_LIMIT_FILE: 'inventory',
  INVENTORY_LOCALHOST_TWICE: 'inventory',
  INVENTORY_NAME_CLASH: 'inventory',
  INVENTORY_NOT_FOUND: 'inventory',
  INVENTORY_NOT_TEXT: 'inventory',
  INVENTORY_NO_HOST: 'inventory',
  INVENTORY_PORT: 'inventory',
  INVENTORY_PRIORITY: 'inventory',
  INVENTORY_RANGE: 'inventory',
  INVENTORY_SCRIPT: 'inventory',
  INVENTORY_SECTION: 'inventory',
  INVENTORY_SSH_ARGS: 'inventory',
  INVENTORY_STRUCTURE: 'inventory',
  INVENTORY_TEMPLATE: 'inventory',
  INVENTORY_TOML: 'inventory',
  INVENTORY_UNDEFINED_GROUP: 'inventory',
  INVENTORY_UNREADABLE: 'inventory',
  INVENTORY_VALUE: 'inventory',
  INVENTORY_VARS_FOLDER: 'inventory',
  INVENTORY_VARS_LINE: 'inventory',
  INVENTORY_VAULT: 'inventory',
  INVENTORY_VAULT_PASSWORD: 'inventory',
  INVENTORY_YAML: 'inventory',
  NO_DRIVER: 'inventory',
  NO_HOSTS: 'inventory',
  NO_INVENTORY: 'inventory',
  NO_ROLE: 'inventory',
  PORT_CLASH: 'inventory',
  SAME_ADDRESS: 'inventory',
  SAME_NAME: 'inventory',
  SSH_OPTION: 'inventory',

  ARCHIVE: 'input',
  BUNDLE_FILE: 'input',
  BUNDLE_LOCK: 'input',
  BUNDLE_MISSING: 'input',
  BUNDLE_PACK: 'input',
  BUNDLE_SIGNATURE: 'input',
  BUNDLE_SOURCE: 'input',
  DOWNLOAD_DIGEST: 'input',
  IMAGE_DIGEST: 'input',
  IMAGE_FORM: 'input',
  IMAGE_MISSING: 'input',
  IMAGE_PLATFORM: 'input',
  BUNDLE_YAML: 'input',
  JHUB_CONFIG: 'input',
  KEY_ENCRYPTED: 'input',
  KEY_FILE: 'input',
  KNOWN_HOSTS: 'input',
  OPEN_HUB: 'input',
  REGISTRY_DENIED: 'input',
  REGISTRY_LOGIN: 'input',
  SSH_CONFIG: 'input',
  SSH_CONFIG_OPTION: 'input',
  VAULT_PASSWORD_FILE: 'input',

  ACCOUNT_EXPIRED: 'unreachable',
  AUTH: 'unreachable',
  DOWNLOAD: 'unreachable',
  DOWNLOAD_REFUSED: 'unreachable',
  HOST_CERTIFICATE: 'unreachable',
  HOST_KEY_CHANGED: 'unreachable',
  HOST_KEY_UNKNOWN: 'unreachable',
  LOGIN_BANNED: 'unreachable',
  LOGIN_CLOSED: 'unreachable',
  LOGIN_DROPPED: 'unreachable',
  LOGIN_TIMEOUT: 'unreachable',
  NO_COMMON_ALGORITHM: 'unreachable',
  NO_SHELL: 'unreachable',
  NO_SSH: 'unreachable',
  PASSWORD_EXPIRED: 'unreachable',
  PASSWORD_TIMEOUT: 'unreachable',
  SECOND_FACTOR: 'unreachable',
  SUDO_DENIED: 'unreachable',
  SUDO_LOST: 'unreachable',
  SUDO_MISSING: 'unreachable',
  SUDO_NEEDS_TTY: 'unreachable',
  SUDO_NOT_ROOT: 'unreachable',
  SUDO_PASSWORD_NEEDED: 'unreachable',
  SUDO_PASSWORD_WRONG: 'unreachable',
  SUDO_TIMEOUT: 'unreachable',
  TOO_MANY_KEYS: 'unreachable',
  UNREACHABLE: 'unreachable',

  LOCKED: 'failed',
  LOST: 'failed',
  NOT_PROVEN: 'failed',
  NO_LOCK: 'failed',
  NO_SPACE: 'failed',
  PROBE: 'failed',
  SOURCE: 'failed',
  STEP_FAILED: 'failed',
  TIMEOUT: 'failed',
  TOO_MUCH_OUTPUT: 'failed',
  UNSAFE_FOLDER: 'failed',
  UPLOAD_DIGEST: 'failed',
  UPLOAD_SHORT: 'failed',

  LOCAL_IO: 'output',
  STDOUT: 'output',

  NO_PASSWORD: 'differs',

  LAB_BOOT: 'lab',
  LAB_DOCKER: 'lab',
  LAB_DOCKER_DENIED: 'lab',
  LAB_DOCKER_DOWN: 'lab',
  LAB_DOCKER_INSTALL: 'lab',
  LAB_DOCKER_START: 'lab',
  LAB_IMAGE: 'lab',
  LAB_LEFT: 'lab',
  LAB_NO_DOCKER: 'lab',
  LAB_NO_SSH: 'lab',
  LAB_SSHD: 'lab',
  LAB_SUBNET: 'lab',

  INTERRUPTED: 'interrupted',
} as const satisfies Record<string, ExitName>

export type ErrorCode = keyof typeof ERRORS

/** Error codes for the text of an inventory. */
export type InventoryCode = Extract<ErrorCode, `INVENTORY_${string}`>

/**
 * What checks of machines find, in lower case with dashes. Their exit is `preflight`. --ignore-preflight turns an
 * `accepted` one into a warning; a `firm` one would harm a cluster; a `warning` stops nothing anyway.
 */
export const FINDINGS = {
  address: 'accepted',
  apt: 'accepted',
  'apt-key': 'warning',
  'apt-source': 'accepted',
  bundle: 'accepted',
  clock: 'accepted',
  cpu: 'accepted',
  datastore: 'firm',
  disk: 'accepted',
  dpkg: 'accepted',
  'foreign-k3s': 'accepted',
  founder: 'firm',
  gpu: 'accepted',
  hostname: 'warning',
  'image-archive': 'accepted',
  interface: 'accepted',
  'k3s-version': 'firm',
  'kept-data': 'warning',
  'leaving-node': 'firm',
  'lost-node': 'firm',
  'machine-id': 'accepted',
  'member-address': 'firm',
  memory: 'accepted',
  'node-address': 'accepted',
  noexec: 'accepted',
  nouveau: 'accepted',
  'nvidia-driver': 'accepted',
  os: 'accepted',
  port: 'accepted',
  record: 'warning',
  role: 'firm',
  'stand-in': 'firm',
  systemd: 'accepted',
  token: 'firm',
  tools: 'accepted',
  'two-clusters': 'firm',
} as const

/** Name of a finding. Its exit is `preflight`. */
export type FindingId = keyof typeof FINDINGS

/** Codes that are only warnings. */
export const WARNINGS = [
  'BOTH_ROLES',
  'CONFIG_NOT_USED',
  'EVEN_DRIVERS',
  'INVENTORY_COMMENT_IN_VALUE',
  'INVENTORY_SKIPPED_FILE',
  'MISSPELT_HOST',
  'READABLE_SECRET',
  'SAMPLE_TOKEN',
  'SHARED_ADMIN',
  'UNKNOWN_VARIABLE',
] as const

/** Codes of warnings. Some errors are only warnings in certain places. */
export type WarningCode = ErrorCode | (typeof WARNINGS)[number]

/** The name of the exit code for an error. */
export function exitOf(code: ErrorCode | FindingId): ExitName {
  return isErrorCode(code) ? ERRORS[code] : 'preflight'
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code)
}
