import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Memory = ArrayBuffer & { transfer?(size: number): ArrayBuffer }

let transfer = (ArrayBuffer.prototype as Memory).transfer

/**
 * Takes the memory from an ArrayBuffer: what views it has are empty from then on. Left to the garbage collector, the
 * packets of a file are 20 MB before it comes to them, all of which is memory that no processor has in its cache when
 * it is used again. ES2024 has transfer() for it; V8 of Node 20 has it behind a flag, and so in new contexts only.
 */
export function giveBack(memory: ArrayBufferLike): void {
  if (!transfer) {
    setFlagsFromString('--harmony-rab-gsab-transfer')
    transfer = runInNewContext('ArrayBuffer.prototype.transfer') as NonNullable<typeof transfer>
    // code that is compiled under another flag would not be taken from the cache by the next process
    setFlagsFromString('--no-harmony-rab-gsab-transfer')
  }
  transfer.call(memory as Memory, 0)
}
