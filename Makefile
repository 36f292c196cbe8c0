# What a fresh machine needs beside Rust and gcc is made here, without root: see `make tools`.

CARGO ?= cargo
PYTHON ?= python3
TOOLS := target/tools
# The MassBank development set and others; tests that need it say so and skip where it is absent.
MZSEEK_DATA ?= ../shared/data
export MZSEEK_DATA
# cmake (to compile the bundled HDF5): the system's where there is one, else one of our own.
CMAKE ?= $(shell command -v cmake || echo $(CURDIR)/$(TOOLS)/bin/cmake)
export CMAKE

.PHONY: demo test tools accuracy bench ci fmt lint doc clean

demo: tools ## Build the bundled libraries, search the bundled queries, print the answers
	$(CARGO) run --locked --release --quiet -- demo

test: tools ## Every test
	$(CARGO) test --locked

tools: ## Install what is missing, for this checkout only
	@if [ ! -x "$(CMAKE)" ]; then \
	  echo "mzseek: cmake is missing; installing it from PyPI into $(TOOLS) (HDF5 needs it to compile)"; \
	  $(PYTHON) -m venv $(TOOLS) \
	  && $(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check 'cmake>=3.25,<4' \
	  || { echo "mzseek: could not; install cmake yourself, for instance: apt-get install cmake"; exit 1; }; \
	fi

lint: tools ## Formatting, lints, documentation
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items

accuracy: tools ## The accuracy floors on the MassBank development set
	$(CARGO) build --locked --release
	benches/massbank.py --check

bench: tools ## Times and memory: the whole job on MassBank, then the kernels
	$(CARGO) build --locked --release
	benches/massbank.py
	$(CARGO) bench --locked

ci: lint test accuracy ## All that is checked before a change lands
	$(CARGO) run --locked --release --quiet -- demo --output target/demo > /dev/null

clean: ## Remove what was built
	$(CARGO) clean
