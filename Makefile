export JAVA_HOME := $(shell bin/java-home)
export MAVEN_OPTS ?= --sun-misc-unsafe-memory-access=allow # Maven's own libraries
MVN := mvn -B -q
LEARNED := server/target/outrider.aot

.PHONY: help build check test format demo faststart bench fuzz clean

help:   ## list these words
	@sed -n 's/^\([a-z]*\): *.*## /\1\t/p' Makefile

build:  ## compile and package, no tests
	@$(MVN) -DskipTests package

check:  ## all that CI runs: format, compile, architecture, tests
	@bin/test-tools
	@mvn -B verify

test:   ## one test class: make test T=JournalTest
	@$(MVN) verify -Dtest='$(T)' -Dsurefire.failIfNoSpecifiedTests=false

format: ## put the sources in order
	@$(MVN) -Pbench spotless:apply

demo: build ## a server, 25 simulated trackers and a moving map on this machine
	@./outrider demo

faststart: build ## less CPU for each later start: what a short run of the demo loads is kept beside the build
	@echo 'Running the demo for 15 s to learn what a start loads; then half a minute to write it down.'
	@rm -f $(LEARNED)
	@OUTRIDER_JAVA_OPTIONS='-XX:AOTCacheOutput=$(LEARNED)' ./outrider demo --trackers 5 --for 15s \
	    >$(LEARNED).log 2>&1 || { cat $(LEARNED).log; exit 1; }
	@test -f $(LEARNED) || { cat $(LEARNED).log; exit 1; }
	@echo "Kept in $(LEARNED), $$(($$(wc -c <$(LEARNED)) / 1000000)) MB. ./outrider uses it from now on."

bench:  ## what it costs, beside Mosquitto: make bench ARGS='--parts b,c' (bench/README.md)
	@$(MVN) -Pbench -DskipTests package
	@bench/run $(ARGS)

fuzz:   ## explore with Jazzer what strangers may send: make fuzz ARGS='--target scram --seconds 600'
	@$(MVN) -Pfuzz -DskipTests test-compile dependency:build-classpath -pl server -am -Dmdep.outputFile=target/fuzz.classpath
	@bin/fuzz $(ARGS)

clean:  ## remove what was built
	@$(MVN) -Pbench clean
