import type { Change } from '../engine/change.ts'
import { keptFolder, SNAPSHOT_NOTE } from '../layout.ts'
import { joinSh, rawSh, type Script, sh } from '../sh.ts'
import { template } from '../templates.ts'

/** Keeps a copy of these files until waitReady has seen the new ones work. */
export function keepFiles(unit: string, paths: readonly string[]): Change {
  return {
    kind: 'run',
    sign: '!',
    title: `keep what ${unit} runs with, in case the new does not work`,
    timeoutMs: 60_000,
    script: joinSh([rawSh(template('remote/keep.sh')), sh`keep_files ${keptFolder(unit)} ${[...paths]}`]),
  }
}

/** Puts kept files back, if there are any, restarts the unit, waits until `healthy` exits 0, and prints the outcome. */
export function putBack(unit: string, healthy: Script): Script {
  return joinSh([
    rawSh(template('remote/keep.sh')),
    sh`cvh_well() { ${healthy}
}
if put_back ${keptFolder(unit)}; then
  rm -f -- ${SNAPSHOT_NOTE}
  systemctl daemon-reload
  systemctl reset-failed ${unit} 2>/dev/null || :
  systemctl restart --no-block ${unit}
  if cvh_wait ${PUT_BACK_MS / 1000} cvh_well; then
    rm -rf -- ${keptFolder(unit)}
    echo 'The files from before were put back, and K3s is well again with them.'
  else
    echo 'The files from before were put back, and K3s does not come up with them either.'
  fi
fi`,
  ])
}

/** How long K3s may take to be healthy again with the old files, ms. */
export const PUT_BACK_MS = 120_000
