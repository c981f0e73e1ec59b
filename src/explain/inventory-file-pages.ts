import type { Pages } from './page.ts'

/** Pages for the files of an inventory, and for the parts of them that have a form. No machine was contacted. */
export const INVENTORY_FILE_PAGES = {
  INVENTORY_ANSIBLE_CONFIG: {
    means: 'ansible.cfg has a setting with a value of the wrong kind.',
    causes: 'A number or yes/no that is misspelt.',
    fix: 'Correct the line, or set ANSIBLE_CONFIG=/dev/null to leave the file out.',
  },
  INVENTORY_CHILDREN_LINE: {
    means: 'A line under [group:children] is more than the name of one group.',
    causes: 'A host with variables stands there, or a section header is missing above it.',
    fix: 'Write one name of a group on each line.',
  },
  INVENTORY_COMMENT_IN_VALUE: {
    means: 'Text after the value looks like a comment, but it is part of the value, as in Ansible.',
    causes: 'In [group:vars], a # behind a value does not begin a comment.',
    fix: 'Put the comment on a line of its own.',
  },
  INVENTORY_DUPLICATE_KEY: {
    means: 'A key stands twice in a YAML mapping; only the last would count, and silently.',
    causes: 'A block that was copied.',
    fix: 'Remove or rename one of the two.',
  },
  INVENTORY_ENCODING: {
    means: 'A file is not valid UTF-8.',
    causes: 'It was saved as Latin-1 or UTF-16, or it is not a text file.',
    fix: 'Save it as UTF-8: `iconv -f latin1 -t utf8 FILE`.',
  },
  INVENTORY_EXTRA_VARS: {
    means: 'A value of `-e` cannot be read.',
    causes: 'A quote that is not closed, no `=` in it, or the name of a file without the @.',
    fix: 'Write `-e name=value`, `-e @file.yaml` or JSON, in quotes of the shell where it has blanks.',
  },
  INVENTORY_HOST_LINE: {
    means: 'A host line of an INI inventory cannot be split into name and variables.',
    causes:
      'A quote that is not closed, or a word without `=` after the name: a value with blanks needs quotes.',
    fix: "Write name key=value key='a value with blanks'.",
  },
  INVENTORY_NOT_FOUND: {
    means: 'An inventory or a file that it names does not exist, or a folder holds no inventory file.',
    causes: 'A wrong path; or a folder with only files that Ansible leaves out, such as *.ini and *.cfg.',
    fix: 'Correct `-i`. For a list of hosts write a comma: `-i host1,`.',
  },
  INVENTORY_SCRIPT: {
    means: 'An inventory script failed, printed no inventory, or was not named and therefore not run.',
    causes:
      'A program is run only when `-i` names it; it must print JSON as `ansible-inventory --list` does.',
    fix: 'Run it by hand with `--list` and see what it prints. Name it with `-i` if you trust it.',
  },
  INVENTORY_SECTION: {
    means: 'A section header of an INI inventory cannot be read.',
    causes: 'A bracket is missing, or what follows the colon is not vars, children or hosts.',
    fix: 'Write [group], [group:vars] or [group:children].',
  },
  INVENTORY_SKIPPED_FILE: {
    means: 'A file in an inventory folder is not read, because its name ends in .ini.',
    causes: 'Ansible leaves such files out of folders.',
    fix: 'Rename it without .ini, or give it with an `-i` of its own.',
  },
  INVENTORY_STRUCTURE: {
    means: 'A YAML inventory is valid YAML, but not built as an inventory.',
    causes:
      'A list where a mapping belongs, hosts directly at the top, or the configuration of an Ansible plugin.',
    fix: 'Start with `all:` and `hosts:` below it. Of a plugin, save what `ansible-inventory --list --yaml` prints.',
  },
  INVENTORY_TOML: {
    means: 'The inventory is real TOML, which convecthub does not read.',
    causes: 'The ending .toml alone does no harm; INI text in inv.toml is read as INI.',
    fix: 'Write it in the INI or YAML form; `ansible-inventory --list --yaml` converts it.',
  },
  INVENTORY_UNREADABLE: {
    means: 'A file of the inventory exists but cannot be read.',
    causes: 'Permissions, a folder in its place, or a disk or share with errors.',
    fix: '`ls -l FILE` shows who may read it.',
  },
  INVENTORY_VARS_FOLDER: {
    means: 'group_vars or host_vars is a file, not a folder.',
    causes: 'The variables were written into one file.',
    fix: 'Make it a folder with a file for each group or host, such as group_vars/all.yml.',
  },
  INVENTORY_VARS_LINE: {
    means: 'A line under [group:vars] has no `=`.',
    causes: 'A host line in the wrong section, or a comment without #.',
    fix: 'Write key=value.',
  },
  INVENTORY_YAML: {
    means: 'A file is not valid YAML.',
    causes:
      'A tab in front of the text, a wrong indent, a colon in a text without quotes, or two documents in one file.',
    fix: 'Correct it at the line and column of the error. Indent with spaces.',
  },
} as const satisfies Pages
