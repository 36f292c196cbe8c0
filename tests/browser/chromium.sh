# Sourced by the tests beside it: sets CHROMIUM, and makes target/browser with playwright-core in it.
# Chromium is installed where this user may and it is missing.
work=$PWD/target/browser
mkdir -p "$work"
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
if [ -z "$CHROMIUM" ]; then
  apt-get update -qq && apt-get install -y -qq chromium > /dev/null
  CHROMIUM=$(command -v chromium)
fi
export CHROMIUM
cp tests/browser/package.json tests/browser/*.mjs "$work"
npm install --prefix "$work" --silent --no-audit --no-fund
