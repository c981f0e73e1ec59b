#!/usr/bin/env node
import { main } from '../dist/cli.js'

// whoever reads our output may stop early (`| head`); the run itself goes on
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await main(process.argv)
