# What a unit runs with is kept until what comes is seen to work: a file each, its slashes as colons, and a list of all.

# keep_files FOLDER FILE...: what an earlier run kept there is what worked last, and stays
keep_files() {
  kept=$1
  shift
  [ ! -d "$kept" ] || return 0
  rm -rf -- "$kept.part"
  (umask 077 && cvh_folder "$kept.part") || return
  printf '%s\n' "$@" >"$kept.part/list" || return
  for file in "$@"; do
    [ -e "$file" ] || continue
    ln -- "$file" "$kept.part/$(printf '%s' "$file" | tr / :)" 2>/dev/null ||
      cp -p -- "$file" "$kept.part/$(printf '%s' "$file" | tr / :)" || return
  done
  mv -- "$kept.part" "$kept"
}

# put_back FOLDER: the files as they were, and gone where they were not there; 1 where nothing is kept
put_back() {
  kept=$1
  [ -d "$kept" ] || return 1
  while read -r file; do
    was=$kept/$(printf '%s' "$file" | tr / :)
    if [ -e "$was" ]; then
      cp -p -- "$was" "$file.part" && mv -f -- "$file.part" "$file" || return
    else
      rm -f -- "$file" || return
    fi
  done <"$kept/list"
}
