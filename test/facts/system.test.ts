import { expect, it } from 'vitest'
import { system } from '../../src/facts/system.ts'
import { parseFact } from '../helpers/parse-fact.ts'

const XENIAL = `os.NAME="Ubuntu"
os.VERSION="16.04.7 LTS (Xenial Xerus)"
os.ID=ubuntu
os.ID_LIKE=debian
os.PRETTY_NAME="Ubuntu 16.04.7 LTS"
os.VERSION_ID="16.04"
os.HOME_URL="http://www.ubuntu.com/"
os.VERSION_CODENAME=xenial
os.UBUNTU_CODENAME=xenial
kernel=4.4.0-210-generic
machine=x86_64
cpus=2
memory=4046092
hostname=Worker-1
machine-id=4d1219c7c4c5404aaa1f6d2a48adfda5
systemd=1
user=vagrant`

const JAMMY = `os.PRETTY_NAME="Ubuntu 22.04.5 LTS"
os.NAME="Ubuntu"
os.VERSION_ID="22.04"
os.VERSION_CODENAME=jammy
os.ID=ubuntu
kernel=5.15.0-91-generic
machine=aarch64
cpus=8
memory=16374520
hostname=arm.lan
machine-id=
cgroup=2
systemd=1
user=root`

const BOOKWORM = `os.PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
os.NAME="Debian GNU/Linux"
os.VERSION_ID="12"
os.VERSION="12 (bookworm)"
os.VERSION_CODENAME=bookworm
os.ID=debian
os.HOME_URL="https://www.debian.org/"
kernel=6.18.44-fc-v669
machine=x86_64
cpus=2
memory=24684084
hostname=driver1
machine-id=9644251eefb64d8aa712eb90e0cae4ed
systemd=1
user=root`

it.each([
  {
    text: XENIAL,
    value: {
      os: {
        id: 'ubuntu',
        like: ['debian'],
        version: '16.04',
        name: 'Ubuntu 16.04.7 LTS',
        codename: 'xenial',
      },
      kernel: '4.4.0-210-generic',
      architecture: 'amd64',
      cpus: 2,
      memoryMiB: 3951,
      hostname: 'Worker-1',
      machineId: '4d1219c7c4c5404aaa1f6d2a48adfda5',
      cgroup: 1,
      systemd: true,
      user: 'vagrant',
    },
  },
  {
    text: JAMMY,
    value: {
      os: { id: 'ubuntu', version: '22.04', name: 'Ubuntu 22.04.5 LTS', codename: 'jammy' },
      architecture: 'arm64',
      memoryMiB: 15990,
      hostname: 'arm.lan',
      machineId: '',
      cgroup: 2,
    },
  },
  {
    text: BOOKWORM,
    value: {
      os: {
        id: 'debian',
        like: [],
        version: '12',
        name: 'Debian GNU/Linux 12 (bookworm)',
        codename: 'bookworm',
      },
      hostname: 'driver1',
      cgroup: 1,
      user: 'root',
    },
  },
])('reads $value.os.name', ({ text, value }) => {
  expect(parseFact(system, text)).toMatchObject(value)
})

it.each([
  { line: 'machine=armv7l', value: { architecture: 'armhf' } },
  { line: 'machine=riscv64', value: { architecture: 'riscv64' } },
  { line: "os.PRETTY_NAME='Odd OS'", value: { os: { name: 'Odd OS' } } },
  { line: 'os.ID_LIKE="ubuntu debian"', value: { os: { like: ['ubuntu', 'debian'] } } },
  { line: 'os.PRETTY_NAME=Bare', value: { os: { name: 'Bare' } } },
  { line: 'os.PRETTY_NAME="a=b"', value: { os: { name: 'a=b' } } },
  { line: 'a line without its sign', value: { os: { id: '' }, hostname: '' } },
  { line: '', value: { os: { id: '' }, cpus: 0, memoryMiB: 0, systemd: false, cgroup: 1 } },
  { line: 'cpus=', value: { cpus: 0 } },
])('reads "$line"', ({ line, value }) => {
  expect(parseFact(system, line)).toMatchObject(value)
})
