#!/usr/bin/env node
// whoever reads our output may stop early (`| head`); the run itself goes on
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error
  })
}

require('../dist/cli.cjs')
  .main(process.argv)
  .then((code) => {
    process.exitCode = code
  })
