#!/bin/sh
# Builds the page into the folder that is named, and checks it, unless nothing changed since.
set -eu
out=$1

for tool in node npm; do
    if ! command -v "$tool" >/dev/null; then
        echo "The dashboard's page is built with $tool, which is not installed: apt-get install nodejs npm" >&2
        exit 1
    fi
done
npm_major=$(npm --version 2>/dev/null | cut -d. -f1)
if [ "$npm_major" -lt 11 ]; then
    echo "The dashboard's page needs npm 11 or newer, this is $npm_major: npm install --global npm@11" >&2
    exit 1
fi

sum() {
    find "$@" -type f | LC_ALL=C sort | xargs cat | sha256sum | cut -d' ' -f1
}

sources=$(sum build src test index.html package.json package-lock.json ./*.ts ./*.sh tsconfig.json)
if [ -f "$out/files.txt" ] && [ "$(cat "$out/.stamp" 2>/dev/null)" = "$sources" ]; then
    exit 0
fi

packages=$(sum package-lock.json)
if [ "$(cat node_modules/.stamp 2>/dev/null)" != "$packages" ]; then
    npm ci --prefer-offline --no-audit --no-fund --loglevel=error
    echo "$packages" >node_modules/.stamp
fi
if [ "$(cat generated/.stamp 2>/dev/null)" != "$packages" ]; then
    rm -rf generated
fi
node_modules/.bin/vite build --logLevel warn --outDir "$out"
echo "$packages" >generated/.stamp
node_modules/.bin/tsc --noEmit
NO_COLOR=1 node_modules/.bin/vitest run --silent --reporter=dot
echo "$sources" >"$out/.stamp"
