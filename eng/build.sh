# Sourced by ./run, ./hongbao and ./test from the root of the project: what has to be built, and only when something changed.

hongbao_binary=artifacts/bin/Hongbao.Host/release/hongbao

need() {
  command -v "$1" >/dev/null || { echo "$1 is not installed. Hongbao needs the .NET 10 SDK and Node.js 20.19 or newer." >&2; exit 1; }
}

# True when TARGET is missing, or something below the other paths is newer.
is_stale() {
  local target=$1
  shift
  [ ! -e "$target" ] || [ -n "$(find "$@" -newer "$target" -print -quit 2>/dev/null)" ]
}

quietly() {
  local log
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then rm -f "$log"; else cat "$log" >&2; rm -f "$log"; exit 1; fi
}

build_page() {
  need node
  need npm
  if is_stale web/node_modules/.package-lock.json web/package-lock.json; then
    echo "Installing the page's packages ..." >&2
    quietly npm --prefix web ci --no-audit --no-fund
    touch web/node_modules/.package-lock.json
  fi
  if is_stale web/dist/index.html web/src sdk/typescript/src web/index.html web/public web/package-lock.json web/vite.config.ts; then
    echo "Building the page ..." >&2
    quietly npm --prefix web run build
  fi
}

# The TypeScript SDK as it would be published, by the page's compiler.
build_sdk() {
  if is_stale sdk/typescript/dist/index.js sdk/typescript/src sdk/typescript/package.json sdk/typescript/tsconfig.json; then
    echo "Building the TypeScript SDK ..." >&2
    rm -rf sdk/typescript/dist
    quietly web/node_modules/.bin/tsc -p sdk/typescript
  fi
  if is_stale samples/typescript/dist/main.js samples/typescript/main.ts samples/typescript/package-lock.json sdk/typescript/dist/index.js; then
    echo "Building the TypeScript sample ..." >&2
    quietly npm --prefix samples/typescript ci --no-audit --no-fund
    quietly web/node_modules/.bin/tsc -p samples/typescript
  fi
}

# Packages of the programs that our TARS tests speak with, or those of another folder.
build_peers() {
  local folder=${1:-tests/peers/node}
  need node
  need npm
  if is_stale "$folder/node_modules/.package-lock.json" "$folder/package-lock.json"; then
    echo "Installing the peers' packages ..." >&2
    quietly npm --prefix "$folder" ci --no-audit --no-fund
    touch "$folder/node_modules/.package-lock.json"
  fi
}

build_host() {
  need dotnet
  if is_stale "$hongbao_binary" src web/dist Directory.Build.props Directory.Packages.props global.json; then
    echo "Building hongbao ..." >&2
    quietly dotnet build src/Hongbao.Host -c Release -v quiet --nologo
    touch "$hongbao_binary"
  fi
}
