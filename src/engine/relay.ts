import type { Secret } from '../secret.ts'
import type { Delivery } from './delivery.ts'

/** A key of one run, with which hosts fetch files from each other. `public`: one line, as in authorized_keys. */
export interface RelayKey {
  private: Secret
  public: string
}

/** What one host needs to take part. */
export interface Relay {
  delivery: Delivery
  key: RelayKey
  /** Where the others reach this host; undefined when that is not known. */
  address: string | undefined
}
