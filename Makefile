# Builds and installs the extension the way every PGXS extension does (make, make install,
# make installcheck), and carries the helpers of the repository: setup, check, soak, demo, demo-stop, bench, dist.
#
# The helpers must work where PostgreSQL is not installed yet, and PGXS has a `check` target of its own
# that only prints a refusal. So PGXS is read only when no helper is asked for; other goals on the same
# command line are handed to a second make.

PG_CONFIG ?= pg_config

helpers := setup check soak demo demo-stop bench dist
source_dir := $(patsubst %/,%,$(if $(VPATH),$(VPATH),$(dir $(firstword $(MAKEFILE_LIST)))))

ifneq ($(filter $(helpers),$(MAKECMDGOALS)),)

.NOTPARALLEL:
.PHONY: $(helpers)
export PG_CONFIG

setup:
	@bash $(source_dir)/test/tools/setup.sh
check:
	@bash $(source_dir)/test/tools/check.sh
soak:
	@bash $(source_dir)/test/tools/soak.sh
demo:
	@bash $(source_dir)/test/tools/demo.sh
demo-stop:
	@bash $(source_dir)/test/tools/demo.sh stop
bench:
	@bash $(source_dir)/test/bench/bench.sh
dist:
	@bash $(source_dir)/packaging/dist.sh

ifneq ($(filter-out $(helpers),$(MAKECMDGOALS)),)
.PHONY: $(filter-out $(helpers),$(MAKECMDGOALS))
$(filter-out $(helpers),$(MAKECMDGOALS)):
	+$(MAKE) -f $(firstword $(MAKEFILE_LIST)) $@
endif

else

PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifeq ($(PGXS),)
$(error $(PG_CONFIG) not found: install PostgreSQL's server headers ("make setup" on Debian), or set PG_CONFIG)
endif

# Continuous integration sets it to -Werror. A compiler of next year may warn about more than those that were tried.
WERROR ?=

# What the compiler gets are groups of neighbouring files: src/groups.sh says why. (Tests run in copies without sources.)
GROUPS := $(if $(wildcard $(source_dir)/src/groups.sh),$(shell bash $(source_dir)/src/groups.sh $(source_dir) build/groups core pg))

MODULE_big = pg_sqlite
OBJS := $(GROUPS:%=build/groups/%.o)
EXTENSION := control/pg_sqlite
DATA := $(patsubst $(source_dir)/%,%,$(wildcard $(source_dir)/control/pg_sqlite--*.sql))
PGFILEDESC = "pg_sqlite - reads and migrates SQLite databases"

# Every script in sql/ is scheduled, in the order of its name; none creates the extension itself.
REGRESS := $(basename $(notdir $(sort $(wildcard $(source_dir)/sql/*.sql))))
REGRESS_OPTS = --load-extension=pg_sqlite
REGRESS_PREP = test-data
ISOLATION := $(basename $(notdir $(sort $(wildcard $(source_dir)/test/specs/*.spec))))
ISOLATION_OPTS = --inputdir=$(srcdir)/test --load-extension=pg_sqlite
PROVE_TESTS := $(patsubst $(source_dir)/%,%,$(sort $(wildcard $(source_dir)/test/t/*.pl)))
TAP_TESTS := $(if $(PROVE_TESTS),1)

# PostgreSQL's headers are system headers: under C++20 they do not compile without warnings.
PG_CPPFLAGS = -I$(source_dir)/src -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CXXFLAGS = -std=c++20 -fno-semantic-interposition -Wall -Wextra $(WERROR)
# Line numbers and names for stack traces; all that a debugger wants (PG_SQLITE_CXXFLAGS=-g) takes twice as long.
PG_CXXFLAGS += -g1 $(PG_SQLITE_CXXFLAGS)
# Meant for headers: in a group, gcc takes a .cpp for one.
PG_CXXFLAGS += -Wno-subobject-linkage
# Where PostgreSQL was built with gcc, its flags hold warnings that clang does not know; and clang finds what PostgreSQL's macros
# do (HOLD_INTERRUPTS, PG_MODULE_MAGIC) in our files.
PG_CXXFLAGS += $(if $(findstring clang,$(CXX)),-Wno-unknown-warning-option -Wno-deprecated-volatile \
    -Wno-missing-designated-field-initializers)

# The backend opens libraries with RTLD_GLOBAL, so another C++ extension's copy of a template could
# replace ours: bind our own symbols inside the library, and export none of a static library's.
# PGXS links with the C compiler, hence libstdc++ by name.
SHLIB_LINK = -lsqlite3 -lz -lstdc++ -lm -Wl,-Bsymbolic -Wl,--exclude-libs,ALL

# No bitcode for the JIT: it would need the very clang PostgreSQL was built with, compile everything twice,
# and inline nothing of use (what is hot here is called by a scan, not by an expression).
override with_llvm := no

DEPENDENCIES := $(OBJS:.o=.d)
# Not build/ as a whole: a demo may be running in it.
EXTRA_CLEAN = $(DEPENDENCIES) $(addprefix build/,groups compile_flags object_list data check soak clang-sanitize debug-sanitize release)

include $(PGXS)

# PGXS tracks no headers where PostgreSQL was built without --enable-depend (Debian), and its own tracking
# names files by their base name, which is not unique here.
# What runs once a table or once a job is compiled for size: that takes half the time, and half the room.
cold := $(foreach part,core.backup core.base core.job core.plan core.report core.schema.sql core.spec pg.backup pg.functions pg.jobs \
    pg.report pg.survey,\
	$(filter build/groups/$(part).%,$(OBJS)))
$(cold): SPEED = -Os
$(OBJS): %.o: %.cpp build/compile_flags
	$(CXX) $(CXXFLAGS) $(SPEED) $(CPPFLAGS) -MMD -MP -MF $(@:.o=.d) -c -o $@ $<
-include $(DEPENDENCIES)

# Another PostgreSQL, compiler or flag makes every object stale; a removed source makes the library stale.
$(shlib): build/object_list
build/compile_flags: stamp = $(shell $(PG_CONFIG) --version) $(CXX) $(CXXFLAGS) $(CPPFLAGS)
build/object_list: stamp = $(OBJS) $(SHLIB_LINK)
# A dry run takes them as they are, so that it tells what is left to do.
build/compile_flags build/object_list: $(if $(findstring n,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),,always)
	@$(MKDIR_P) $(@D)
	@printf '%s\n' '$(subst ','\'',$(stamp))' >$@.new; \
	 if cmp -s $@.new $@; then rm -f $@.new; else mv $@.new $@; fi

# The databases that the regression scripts read are built from test/data/*.sql. The scripts find them
# by the environment (psql 14 has no \getenv), also when the server runs as another user than make.
export PG_SQLITE_DATA ?= $(CURDIR)/build/data
test-data:
	bash $(source_dir)/test/tools/build_data.sh $(PG_SQLITE_DATA)

.PHONY: always test-data

endif
