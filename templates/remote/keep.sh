# Keeps copies of a unit's files until the new ones work. A copy's name is the path with colons for slashes; `list`
# names all paths.

# keep_files FOLDER FILE...: copies the files; does nothing if an earlier run kept some: those are what worked last
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

# put_back FOLDER: restores the files, and removes those that did not exist before; returns 1 if nothing was kept
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
