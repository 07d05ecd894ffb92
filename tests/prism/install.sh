#!/usr/bin/env bash
# Install the mock of Mixpanel's description beside this file, for the tests that use it.
# Needs Node 18 or newer with npm; packages come from wherever npm is set up to look.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec npm ci --omit=optional --no-audit --no-fund --ignore-scripts
