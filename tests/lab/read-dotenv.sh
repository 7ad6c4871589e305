#!/bin/bash
# What a reader of .env files reads: read-dotenv.sh READER LAB FILE... prints a JSON object a line, one for each file, of the
# variables that the file sets. READER: sh, node, python, ruby, php. LAB: the folder with the packages of PyPI.
set -euo pipefail
reader=$1 lab=$2; shift 2
show='const o={};for(const [k,v] of Object.entries(process.env))if(/^(SMTP|N[0-9])/.test(k))o[k]=v;console.log(JSON.stringify(o))'
case $reader in
  sh) for f; do env -i PATH="$PATH" sh -c 'set -a; . "$1"; exec node -e "$2"' sh "$(realpath "$f")" "$show"; done ;;
  node) for f; do env -i PATH="$PATH" node --env-file="$f" -e "$show"; done ;;
  python) env -i PATH="$PATH" PYTHONPATH="$lab/python" /usr/bin/python3 -c '
import json, sys, dotenv
for f in sys.argv[1:]: print(json.dumps(dotenv.dotenv_values(f)))' "$@" ;;
  ruby) env -i PATH="$PATH" LANG=C.UTF-8 ruby -rjson -rdotenv -e 'ARGV.each { |f| puts JSON.generate(Dotenv::Parser.call(File.read(f))) }' "$@" ;;
  php) env -i PATH="$PATH" php -r 'require "/usr/share/php/Dotenv/autoload.php";
foreach (array_slice($argv, 1) as $f) echo json_encode(Dotenv\Dotenv::parse(file_get_contents($f)), JSON_THROW_ON_ERROR | JSON_FORCE_OBJECT), "\n";' -- "$@" ;;
esac
