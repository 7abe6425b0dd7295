# Everything that .ci/run does can be done by itself. Tools are built into a cache outside of the repository.

SHELL := /bin/bash
TOOLS ?= $(or $(COOPER_TOOLS),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/cooper/tools)
export COOPER_TOOLS := $(TOOLS)

LINT_VERSION := v2.15.0
VULN_VERSION := v1.8.0
LINT := $(TOOLS)/golangci-lint-$(LINT_VERSION)/golangci-lint
VULN := $(TOOLS)/govulncheck-$(VULN_VERSION)/govulncheck
FUZZTIME ?= 5s

.PHONY: help build demo test race vet format lint vuln fuzz contract awscli commands tapes pictures ci

help: ## say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1\t\2/' | expand -t 12

build: ## a stripped program: ./cooper
	go build -trimpath -ldflags '-s -w' -o cooper .

demo: ## the program on an AWS of its own
	go run . --demo

test: ## the tests; they need nothing but Go
	go test ./...

race: ## the tests with the race detector; needs a C compiler
	go test -race ./...

vet: ## go vet
	go vet ./...

format: ## name the files that gofmt would change
	@wants=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$wants" ]; then echo "gofmt wants:"; echo "$$wants"; exit 1; fi

lint: $(LINT) ## golangci-lint with .golangci.yml
	$(LINT) run --allow-serial-runners ./...

vuln: $(VULN) ## known vulnerabilities, when the database can be reached
	scripts/vuln.sh $(VULN)

fuzz: ## every fuzz target for FUZZTIME (5s)
	scripts/fuzz.sh $(FUZZTIME)

contract: ## the conformance suite on versitygw and Ceph RGW
	scripts/contract.sh versitygw ceph-rgw

awscli: ## Debian's AWS CLI on `cooper sandbox`
	scripts/awscli.sh

commands: ## every printed command line, run by Debian's AWS CLI on a sandbox of its own
	COOPER_AWSCLI=$${AWSCLI:-/usr/bin/aws} go test -count=1 -run 'TestEveryCommandLine' ./conformance

tapes: ## play the tapes in a pty and compare the pictures of docs/img
	go test -count=1 -run 'Tape' .

pictures: ## draw docs/img from the tapes anew
	COOPER_UPDATE_GOLDEN=1 go test -count=1 -run 'Tape' .

ci: ## all of it
	.ci/run

$(LINT):
	GOBIN=$(dir $@) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

$(VULN):
	GOBIN=$(dir $@) go install golang.org/x/vuln/cmd/govulncheck@$(VULN_VERSION)
