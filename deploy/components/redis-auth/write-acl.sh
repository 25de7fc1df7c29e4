#!/bin/sh
# The rules are in the repository and the passwords in a secret. This script puts them together in memory.
set -eu
for password in "$NETCHECKER_PASSWORD" "$PING_PASSWORD"; do
  case "$password" in
  *[!0-9A-Za-z]* | "")
    echo "the passwords of the secret redis-auth must be letters and digits: openssl rand -hex 32 makes one" >&2
    exit 1
    ;;
  esac
done
sed -e "s/@NETCHECKER_PASSWORD@/$NETCHECKER_PASSWORD/" -e "s/@PING_PASSWORD@/$PING_PASSWORD/" \
  "$1/users.acl" >"$2/users.acl"
