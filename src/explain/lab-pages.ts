import type { Pages } from './page.ts'

/** Pages for the lab, the disposable machines on this computer. */
export const LAB_PAGES = {
  LAB_K3S_VERSION: {
    means: 'The version for the stand-in K3s is not written as K3s writes its versions.',
    causes: 'The `v` or the `+k3s1` was left out.',
    fix: 'Write it as in `--k3s-version v1.34.1+k3s1`.',
  },
  LAB_MACHINES: {
    means: 'That number of machines and drivers makes no lab.',
    causes: 'No driver at all, more drivers than machines, or more machines than a lab can have.',
    fix: 'Give at least one driver, as in `convecthub lab up --machines 5 --drivers 3`. The hint names the most.',
  },
  LAB_NAME: {
    means: 'The lab cannot have this name, or its folder cannot be used.',
    causes:
      'Capitals or odd signs in `--name`, or a blank or quote in the path of the current folder, which ssh cannot take.',
    fix: 'Use up to 31 lower-case letters, digits and dashes, in a folder without blanks.',
  },
  LAB_NO_MACHINE: {
    means: 'The lab has no machine of this name.',
    causes: 'A misspelt name, another `--name`, or a lab that is not up.',
    fix: '`convecthub lab status` lists the machines; `convecthub lab up` starts them.',
  },
  LAB_BOOT: {
    means: 'A lab machine was started, but its systemd did not come up.',
    causes:
      'A kernel or Docker that gives containers no cgroups of their own, or a computer without enough memory.',
    fix: 'The lines below show what hangs. Look inside with the `docker exec` command of the hint, or start over: `convecthub lab down`, then `lab up`.',
  },
  LAB_DOCKER: {
    means: 'A docker command of the lab failed.',
    causes: 'A full disk, an engine that was stopped meanwhile, or a feature that this engine lacks.',
    fix: '`docker info` shows whether the engine is well. Then run the same command again: it continues.',
  },
  LAB_DOCKER_DENIED: {
    means: 'The Docker engine does not let this user in.',
    causes: 'The user is not in the group docker.',
    fix: 'Run it as root, or `sudo usermod -aG docker $USER` and log in again.',
  },
  LAB_DOCKER_DOWN: {
    means: 'docker is installed, but no engine answers.',
    causes: 'The service is stopped, or DOCKER_HOST names another place.',
    fix: '`sudo systemctl start docker`; without systemd, as root: `convecthub lab up --install-docker`.',
  },
  LAB_DOCKER_INSTALL: {
    means: 'Docker could not be installed for the lab.',
    causes: 'You are not root, or apt on this computer has no docker.io.',
    fix: 'Run it with sudo, and see that `apt-get install docker.io` works.',
  },
  LAB_DOCKER_START: {
    means: 'dockerd was started but does not answer.',
    causes: 'No right to mount or to use iptables (a container without privileges), or another dockerd.',
    fix: 'The end of its log is below the error, and the hint names the whole log.',
  },
  LAB_IMAGE: {
    means: 'The image of the lab machines could not be made.',
    causes: 'Neither a registry nor a package mirror can be reached, or debootstrap is missing.',
    fix: 'Load a base image with `docker load -i FILE`, name one with `--base IMAGE`, or install debootstrap as root on Debian or Ubuntu.',
  },
  LAB_LEFT: {
    means: 'Something of the lab could not be removed.',
    causes: 'A container that is in use, or an engine that is busy.',
    fix: 'Run `convecthub lab down` again.',
  },
  LAB_NO_DOCKER: {
    means: 'A lab needs Docker, and this computer has no docker command.',
    causes: 'Docker was never installed here. Your own machines do not need it for convecthub.',
    fix: '`sudo apt-get install docker.io`, or as root `convecthub lab up --install-docker`.',
  },
  LAB_NO_SSH: {
    means: '`lab ssh` needs the program ssh, which is not on this computer.',
    causes: 'The OpenSSH client is not installed.',
    fix: '`apt-get install openssh-client`.',
  },
  LAB_SSHD: {
    means: 'A lab machine runs, but its sshd cannot be reached.',
    causes:
      'The engine is not on this very computer: Docker Desktop, a remote DOCKER_HOST, or rootless Docker.',
    fix: 'Use an engine that runs on this computer as root.',
  },
  LAB_SUBNET: {
    means: 'No address range 10.x.y.0/24 is free for the lab.',
    causes: 'Many Docker networks, or a VPN that routes all of 10.0.0.0/8.',
    fix: '`docker network prune` removes unused networks; `convecthub lab down` removes a lab.',
  },
} as const satisfies Pages
