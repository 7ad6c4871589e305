#!/bin/bash
# What a reader of .env files reads: read-dotenv.sh READER LAB FILE... prints a JSON object a line, one for each file, of the
# variables that the file sets. READER: sh, node, python, ruby, php. LAB: the folder with the packages of PyPI.
set -euo pipefail
reader=$1 lab=$2; shift 2
case $reader in
  sh) files=(); for f; do files+=("$(realpath "$f")"); done
    env -i PATH="$PATH" sh -c 'for f; do (set -a; . "$f"; env -0; printf "\001\000"); done' sh "${files[@]}" | /usr/bin/python3 -c '
import json, re, sys
for one in sys.stdin.buffer.read().decode().split("\1\0")[:-1]:
    pairs = dict(p.split("=", 1) for p in one.split("\0")[:-1])
    print(json.dumps({k: v for k, v in pairs.items() if re.match("SMTP", k)}))' ;;
  node) env -i PATH="$PATH" node -e '
const { parseEnv } = require("util"), { readFileSync } = require("fs");
for (const f of process.argv.slice(1)) console.log(JSON.stringify(parseEnv(readFileSync(f, "utf8"))));' "$@" ;;
  python) env -i PATH="$PATH" PYTHONPATH="$lab/python" /usr/bin/python3 -c '
import json, sys, dotenv
for f in sys.argv[1:]: print(json.dumps(dotenv.dotenv_values(f)))' "$@" ;;
  ruby) env -i PATH="$PATH" LANG=C.UTF-8 ruby -rjson -rdotenv -e 'ARGV.each { |f| puts JSON.generate(Dotenv::Parser.call(File.read(f))) }' "$@" ;;
  php) env -i PATH="$PATH" php -r 'require "/usr/share/php/Dotenv/autoload.php";
foreach (array_slice($argv, 1) as $f) echo json_encode(Dotenv\Dotenv::parse(file_get_contents($f)), JSON_THROW_ON_ERROR | JSON_FORCE_OBJECT), "\n";' -- "$@" ;;
esac
