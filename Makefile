# make demo       a first exact result in two minutes, then train mnist-small and convert that too
# make test       all tests, C-simulation included
# make reproduce  every MNIST network of the comparison: trained, measured, reports/results/mnist.json
# make pages      pages/mnist.html and pages/cifar10.html, from the records in reports/results
# make pretrained the network that comes with the package, trained again
# make fuzz       hundreds of random networks and damaged files, docs/trust.md
# make tutorial   docs/tutorial.ipynb and docs/jets.ipynb, executed again
# make site       build/site/index.html: the pages of docs/, the API and the commands' help as a site
# make lint       ruff
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
TESTED := .venv/.installed-for-tests
export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: demo reproduce pages pretrained tutorial site test fuzz lint install clean

install: $(INSTALLED)

$(INSTALLED): setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Python 3.11 to 3.13 is needed, this is {v[0]}.{v[1]}: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(TESTED): $(INSTALLED)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

# First the network that comes with the package.  A demo that was interrupted goes on where it stopped.
demo: $(INSTALLED)
	$(BIN)/python convert.py mnist-small
	@if [ -f runs/demo/config.yaml ]; then $(BIN)/python train.py --resume --name demo; \
	else $(BIN)/python train.py mnist-small --name demo; fi
	$(BIN)/python convert.py runs/demo --rtl --yosys xilinx

# Interrupt it at any time; the same command goes on.
reproduce: $(INSTALLED) runs/mnist-teacher/model.keras
	$(BIN)/python -m reports.reproduce mnist

# A float network, from which sfc-taught learns.
runs/mnist-teacher/model.keras: | $(INSTALLED)
	$(BIN)/python train.py lenet5 --method float --stage1-epochs 10 --stage3-epochs 0 --name mnist-teacher

pages: $(INSTALLED)
	$(BIN)/python -m reports.compare --results reports/results/mnist.json -o pages/mnist.html
	$(BIN)/python -m reports.compare --results reports/results/cifar10.json -o pages/cifar10.html

# How the network in qkeras_models/pretrained/mnist-small was made.
pretrained: $(INSTALLED)
	$(BIN)/python train.py mnist-small --name pretrained
	$(BIN)/python convert.py runs/pretrained
	cp $(addprefix runs/pretrained/,model.keras network.npz config.yaml training.json history.csv) \
	    qkeras_models/pretrained/mnist-small/

tutorial: $(TESTED)
	$(BIN)/python docs/execute_tutorial.py tutorial.ipynb
	$(BIN)/python docs/execute_tutorial.py jets.ipynb

# Ends at the first broken link or anchor; the theme's advice about its successor is left out.
site: $(TESTED)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

test: $(TESTED)
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

fuzz: $(TESTED)
	$(BIN)/python -m tests.fuzz.readers
	$(BIN)/python -m tests.fuzz

lint: $(TESTED)
	$(BIN)/ruff check .

clean:
	rm -rf .venv build *.egg-info
