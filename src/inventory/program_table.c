/*
 * The known programs.  What stands around a version is a fact of each
 * program's own sources (its version banner, its user agent, its build path);
 * names in advisories are those of Bitnami's, CPEs those of the NVD.
 */
#include "base/cleanup.h"
#include "inventory/program.h"

#define V1_3 SHAPE_NUMBERS(1, 3)
#define V2 SHAPE_NUMBERS(2, 2)
#define V2_3 SHAPE_NUMBERS(2, 3)
#define V2_4 SHAPE_NUMBERS(2, 4)
#define V3 SHAPE_NUMBERS(3, 3)
#define V3_4 SHAPE_NUMBERS(3, 4)
#define V4 SHAPE_NUMBERS(4, 4)

#define AROUND(b, s, a) { .before = SLICE_INIT(b), .shape = (s), .after = SLICE_INIT(a) }
#define PADDED(b, s, a)                                                                       \
	{ .before = SLICE_INIT(b), .shape = (s), .after = SLICE_INIT(a), .padded = true }
#define CLOSE_TO(b, s, a, what, n)                                                            \
	{ .before = SLICE_INIT(b), .shape = (s), .after = SLICE_INIT(a),                      \
	  .near = SLICE_INIT(what), .within = (n) }

const struct program program_rows[] = {
	/* ---- languages */
	{
		.names = { "python*", "libpython*.so*", "libpython*.dylib" },
		.patterns = { AROUND("\0", V2_4 | SHAPE_WORD | SHAPE_AS_NAMED, "\0") },
		.package = SLICE_INIT("python"), .bitnami = SLICE_INIT("python"),
		.cpe = SLICE_INIT("python:python"),
	},
	{
		.names = { "libpypy*.so*" },
		.patterns = { AROUND("[PyPy ", V3, "") },
		.package = SLICE_INIT("pypy"), .cpe = SLICE_INIT("pypy:pypy"),
	},
	{
		.names = { "node", "nodejs", "libnode.so*" },
		.patterns = {
			AROUND("node.js/v", V3, ""),
			AROUND("\0node v", V3, "\0"),
			CLOSE_TO("\0v", V3, "\0", "node", 1024),
		},
		.package = SLICE_INIT("node"), .bitnami = SLICE_INIT("node"),
		.cpe = SLICE_INIT("nodejs:node.js"),
	},
	{
		.names = { "deno" },
		.patterns = {
			AROUND("Deno/", V3, "Deno/"),
			AROUND("Deno/", V3, "cli/"),
			AROUND("deno-desktop/", V3, ""),
			AROUND("Deno/", V3, ""),
			AROUND("release/v", V3, ""),
		},
		.package = SLICE_INIT("deno"), .cpe = SLICE_INIT("deno:deno"),
	},
	{
		.names = { "bun" },
		.patterns = {
			AROUND("Bun v", V3, ""),
			AROUND("Bun/", V3, ""),
			AROUND("bun-v", V3, ""),
		},
		.package = SLICE_INIT("bun"), .cpe = SLICE_INIT("oven-sh:bun"),
	},
	{
		.names = { "go", "go.exe" },
		.patterns = { AROUND("go", V2_3 | SHAPE_PRE, "\0") },
		.requires = SLICE_INIT("cmd/go/internal"),
		.package = SLICE_INIT("go"), .bitnami = SLICE_INIT("golang"),
		.cpe = SLICE_INIT("golang:go"),
	},
	{
		.names = { "libstd-????????????????.so", "libstd-????????????????.dylib",
			   "librustc_driver-*.so" },
		.patterns = { AROUND("(rustc version ", V3 | SHAPE_PRE, " ("),
			      AROUND("rustc version ", V3 | SHAPE_PRE, " (") },
		.package = SLICE_INIT("rust"), .cpe = SLICE_INIT("rust-lang:rust"),
	},
	{
		.names = { "ruby", "libruby.so*", "libruby-*.so*", "libruby*.dylib" },
		.patterns = { AROUND("ruby ", V3 | SHAPE_PRE, " (") },
		.package = SLICE_INIT("ruby"), .bitnami = SLICE_INIT("ruby"),
		.cpe = SLICE_INIT("ruby-lang:ruby"),
	},
	{
		.names = { "perl", "perl5*", "libperl.so*" },
		.patterns = {
			AROUND("/lib/perl5/", V3, ""),
			AROUND("/perl/", V3, "\0"),
			AROUND("/perl-base\0v", V3, "\0"),
			CLOSE_TO("\0v", V3, "\0", "perl", 1024),
		},
		.requires = SLICE_INIT("PERL5LIB"),
		.package = SLICE_INIT("perl"), .cpe = SLICE_INIT("perl:perl"),
	},
	{
		.names = { "php", "php?", "php?.?", "php-fpm*" },
		.patterns = { AROUND("X-Powered-By: PHP/", V3 | SHAPE_PRE, "") },
		.package = SLICE_INIT("php"), .bitnami = SLICE_INIT("php"),
		.cpe = SLICE_INIT("php:php"),
	},
	{
		.names = { "php-cgi*", "libphp*.so", "phpdbg*", "mod_php*.so" },
		.patterns = { AROUND("X-Powered-By: PHP/", V3 | SHAPE_PRE, "") },
		.package = SLICE_INIT("php"), .bitnami = SLICE_INIT("php"),
		.cpe = SLICE_INIT("php:php"),
	},
	{
		.names = { "java", "javac" },
		.patterns = { CLOSE_TO("\0", V2_4 | SHAPE_WORD, "\0", "-jvmci-", 0) },
		.package = SLICE_INIT("graalvm"), .cpe = SLICE_INIT("oracle:graalvm"),
	},
	{
		.names = { "java" }, .within = "**/*zulu*/**",
		.patterns = {
			PADDED("\0java\0" "0.0\0", V1_3 | SHAPE_WORD, "\0"),
			PADDED("\0" "0.0\0", V1_3 | SHAPE_WORD, "\0java"),
		},
		.package = SLICE_INIT("zulu"), .bitnami = SLICE_INIT("java"),
		.cpe = SLICE_INIT("azul:zulu"),
	},
	{
		.names = { "java" },
		.patterns = {
			PADDED("\0openjdk\0java\0" "0.0\0", SHAPE_NUMBERS(1, 6) | SHAPE_WORD, "\0"),
			PADDED("\0openjdk\0java\0" "1.8\0", SHAPE_NUMBERS(1, 6) | SHAPE_WORD, "\0"),
			PADDED("\0" "0.0\0", SHAPE_NUMBERS(1, 6) | SHAPE_WORD, "\0openjdk\0java"),
			PADDED("\0" "1.8\0", SHAPE_NUMBERS(1, 6) | SHAPE_WORD, "\0openjdk\0java"),
			CLOSE_TO("\0", SHAPE_NUMBERS(1, 6) | SHAPE_WORD, "\0", "openjdk", 48),
		},
		.package = SLICE_INIT("openjdk"), .bitnami = SLICE_INIT("java"),
		.cpe = SLICE_INIT("oracle:openjdk"),
	},
	{
		.names = { "java" },
		.patterns = { CLOSE_TO("\0", V3_4 | SHAPE_WORD, "\0", "java", 64) },
		.requires = SLICE_INIT("_JAVA_VERSION_SET"),
		.package = SLICE_INIT("jre"), .bitnami = SLICE_INIT("jre"),
		.cpe = SLICE_INIT("oracle:jre"),
	},
	{
		.names = { "release" }, .text = true,
		.patterns = {
			AROUND("JAVA_RUNTIME_VERSION=\"", SHAPE_NUMBERS(1, 6) | SHAPE_WORD, "\""),
			AROUND("JAVA_VERSION=\"", SHAPE_NUMBERS(1, 6) | SHAPE_WORD, "\""),
		},
		.requires = SLICE_INIT("OS_ARCH="),
		.package = SLICE_INIT("openjdk"), .bitnami = SLICE_INIT("java"),
		.cpe = SLICE_INIT("oracle:openjdk"),
	},
	{
		.names = { "erlexec", "beam.smp" },
		.patterns = {
			AROUND("/otp_src_", V2_4 | SHAPE_PRE, "/erts/"),
			AROUND("/src/otp-", V2_4 | SHAPE_PRE, "/erts/"),
			PADDED("\0", V2_4 | SHAPE_PRE, "\0Erlang/OTP"),
			CLOSE_TO("\n\0", V2_4 | SHAPE_PRE, "\0", "Erlang/OTP ", 200),
		},
		.package = SLICE_INIT("erlang"), .cpe = SLICE_INIT("erlang:erlang\\/otp"),
	},
	{
		.names = { "OTP_VERSION" }, .text = true,
		.patterns = { AROUND("", V2_4 | SHAPE_PRE, "\n") },
		.package = SLICE_INIT("erlang"), .cpe = SLICE_INIT("erlang:erlang\\/otp"),
	},
	{
		.names = { "elixir" }, .text = true,
		.patterns = { AROUND("ELIXIR_VERSION=", V3 | SHAPE_PRE, "") },
		.package = SLICE_INIT("elixir"), .cpe = SLICE_INIT("elixir-lang:elixir"),
	},
	{
		.names = { "elixir.app" }, .text = true,
		.patterns = { AROUND("{vsn,\"", V3 | SHAPE_PRE, "\"}") },
		.package = SLICE_INIT("elixir"), .cpe = SLICE_INIT("elixir-lang:elixir"),
	},
	{
		.names = { "libjulia-internal.so*", "libjulia.so*" },
		.patterns = {
			AROUND("\0", V3 | SHAPE_PRE, "\0branch\0"),
			AROUND("\0__init__\0", V3 | SHAPE_PRE, "\0"),
			AROUND("\0", V3 | SHAPE_PRE, "\0julia version"),
			AROUND("\0", V3 | SHAPE_PRE, "\0BigInt"),
		},
		.package = SLICE_INIT("julia"), .cpe = SLICE_INIT("julialang:julia"),
	},
	{
		.names = { "dart" },
		.patterns = {
			AROUND("\0", V3 | SHAPE_WORD, " (stable)"),
			AROUND("\0", V3 | SHAPE_WORD, " (beta)"),
			AROUND("\0", V3 | SHAPE_WORD, " (dev)"),
		},
		.package = SLICE_INIT("dart"), .cpe = SLICE_INIT("dart:dart_software_development_kit"),
	},
	{
		.names = { "swipl" },
		.patterns = { AROUND("swipl-", V3, "/") },
		.package = SLICE_INIT("swipl"), .cpe = SLICE_INIT("swi-prolog:swi-prolog"),
	},
	{
		.names = { "ghc*" },
		.patterns = {
			AROUND("\0GHC ", V3, "\0"),
			AROUND("\0libHSghc-", V3, "-"),
		},
		.package = SLICE_INIT("haskell/ghc"), .cpe = SLICE_INIT("haskell:ghc"),
	},
	{
		.names = { "cabal" },
		.patterns = {
			AROUND("\0Cabal-", V3_4, "-"),
			AROUND("/cabal-install-", V3_4, "-"),
		},
		.package = SLICE_INIT("haskell/cabal"), .cpe = SLICE_INIT("haskell:cabal"),
	},
	{
		.names = { "stack" },
		.patterns = { AROUND("Version ", V3, ", Git") },
		.package = SLICE_INIT("haskell/stack"), .cpe = SLICE_INIT("haskell:stack"),
	},
	{
		.names = { "gcc", "cc1", "gcc-*", "*-gcc" },
		.patterns = { AROUND("GCC: (GNU) ", V3, "") },
		.requires = SLICE_INIT("COLLECT_GCC"),
		.package = SLICE_INIT("gcc"), .cpe = SLICE_INIT("gnu:gcc"),
	},
	{
		.names = { "composer", "composer.phar" }, .text = true,
		.patterns = { AROUND("'pretty_version' => '", V3 | SHAPE_PRE, "'"),
			      AROUND("const VERSION = '", V3 | SHAPE_PRE, "'") },
		.requires = SLICE_INIT("composer/composer"),
		.package = SLICE_INIT("composer"), .bitnami = SLICE_INIT("composer"),
		.cpe = SLICE_INIT("getcomposer:composer"),
	},

	/* ---- servers */
	{
		.names = { "nginx", "openresty", "nginx-debug" },
		.patterns = { AROUND("nginx version: nginx/", V3 | SHAPE_BUILD, "") },
		.package = SLICE_INIT("nginx"), .bitnami = SLICE_INIT("nginx"),
		.cpe = SLICE_INIT("f5:nginx"),
	},
	{
		/* OpenResty's first three numbers are those of its nginx. */
		.names = { "nginx", "openresty" },
		.patterns = { AROUND("nginx version: openresty/", V3, "") },
		.package = SLICE_INIT("nginx"), .bitnami = SLICE_INIT("nginx"),
		.cpe = SLICE_INIT("f5:nginx"),
	},
	{
		.names = { "httpd", "apache2", "libhttpd.so*" },
		.patterns = { AROUND("Apache/", V3, "") },
		.package = SLICE_INIT("httpd"), .bitnami = SLICE_INIT("apache"),
		.cpe = SLICE_INIT("apache:http_server"),
	},
	{
		.names = { "haproxy" },
		.patterns = {
			AROUND(" version ", V2_3 | SHAPE_PRE | SHAPE_TAIL, ", released 20"),
			AROUND("HA-Proxy version ", V2_3 | SHAPE_PRE, ""),
			CLOSE_TO("\0", V2_3 | SHAPE_PRE | SHAPE_TAIL, "\0", "HAProxy version", 256),
		},
		.requires = SLICE_INIT("haproxy"),
		.package = SLICE_INIT("haproxy"), .bitnami = SLICE_INIT("haproxy"),
		.cpe = SLICE_INIT("haproxy:haproxy"),
	},
	{
		.names = { "lighttpd" },
		.patterns = { AROUND("lighttpd/", V3, "") },
		.package = SLICE_INIT("lighttpd"), .cpe = SLICE_INIT("lighttpd:lighttpd"),
	},
	{
		.names = { "proftpd" },
		.patterns = { AROUND("ProFTPD Version ", V3 | SHAPE_LETTERS | SHAPE_PRE, "") },
		.package = SLICE_INIT("proftpd"), .cpe = SLICE_INIT("proftpd:proftpd"),
	},
	{
		.names = { "envoy", "envoy-contrib" },
		.patterns = {
			CLOSE_TO("\0", V3 | SHAPE_PRE, "\0", "envoy_reloadable_features", 1000),
			CLOSE_TO("\0", V3 | SHAPE_PRE, "\0", "envoy.reloadable_features", 200),
			AROUND("\0", V3 | SHAPE_PRE, "\0envoy/"),
			CLOSE_TO("\0", V3 | SHAPE_PRE, "\0", "envoy_quic", 1000),
			CLOSE_TO("\0", V3 | SHAPE_PRE, "\0", "RELEASE", 20),
		},
		.package = SLICE_INIT("envoy"), .bitnami = SLICE_INIT("envoy"),
		.cpe = SLICE_INIT("envoyproxy:envoy"),
	},
	{
		.names = { "traefik" },
		.patterns = {
			CLOSE_TO("\0", V3 | SHAPE_PRE, "\0", "\0go1.", 512),
			AROUND("\0v", V3 | SHAPE_PRE, "\0"),
			AROUND("\0", V3 | SHAPE_PRE, "\0"),
		},
		.requires = SLICE_INIT("github.com/traefik/traefik"),
		.package = SLICE_INIT("traefik"), .module = SLICE_INIT("github.com/traefik/traefik"),
		.cpe = SLICE_INIT("traefik:traefik"),
	},
	{
		.names = { "nginx-ingress-controller" },
		.patterns = {
			PADDED("\0v", V3 | SHAPE_PRE, "\0\0"),
			AROUND("v", V3 | SHAPE_PRE, "\0\0"),
		},
		.package = SLICE_INIT("nginx-ingress-controller"),
		.module = SLICE_INIT("k8s.io/ingress-nginx"),
		.cpe = SLICE_INIT("kubernetes:ingress-nginx"),
	},

	/* ---- databases */
	{
		/* Debian's redis-server is a link to redis-check-rdb. */
		.names = { "redis-server", "redis-check-rdb" },
		.patterns = {
			AROUND("", V3, "buildkitsandbox-"),
			AROUND("Redis version ", V3, ""),
			CLOSE_TO("\0", V3, "\0", "shutdown_in_milliseconds", 128),
			AROUND("\0", V3, "\0c11-builtin"),
			CLOSE_TO("\0", V3, "\0", "redis_version", 1024),
			CLOSE_TO("\0", V3, "\0", "redis_git_sha1", 1024),
		},
		.excludes = SLICE_INIT("valkey_version"),
		.package = SLICE_INIT("redis"), .bitnami = SLICE_INIT("redis"),
		.cpe = SLICE_INIT("redis:redis"),
	},
	{
		.names = { "valkey-server" },
		.patterns = {
			AROUND("", V3, "buildkitsandbox-"),
			CLOSE_TO("\0", V3, "\0", "valkey_version", 1024),
			CLOSE_TO("\0", V3, "\0", "Valkey", 1024),
		},
		.package = SLICE_INIT("valkey"), .bitnami = SLICE_INIT("valkey"),
		.cpe = SLICE_INIT("lfprojects:valkey"),
	},
	{
		.names = { "memcached", "memcached-debug" },
		.patterns = {
			AROUND("memcached ", V3, ""),
			CLOSE_TO("\0", V3, "\0", "memcached", 256),
		},
		.package = SLICE_INIT("memcached"), .bitnami = SLICE_INIT("memcached"),
		.cpe = SLICE_INIT("memcached:memcached"),
	},
	{
		.names = { "postgres" },
		.patterns = {
			AROUND("\0PostgreSQL ", V1_3 | SHAPE_PRE, ""),
			AROUND("PostgreSQL) ", V1_3 | SHAPE_PRE, ""),
		},
		.package = SLICE_INIT("postgresql"), .bitnami = SLICE_INIT("postgresql"),
		.cpe = SLICE_INIT("postgresql:postgresql"),
	},
	{
		.names = { "mysql", "mysqld", "mariadb", "mariadbd" },
		.patterns = {
			AROUND("", V2_3 | SHAPE_PRE, "-MariaDB"),
			AROUND("/mariadb-", V3, "-"),
			AROUND("/mariadb-", V3, "/"),
		},
		.package = SLICE_INIT("mariadb"), .bitnami = SLICE_INIT("mariadb"),
		.cpe = SLICE_INIT("mariadb:mariadb"),
	},
	{
		.names = { "mysql", "mysqld" },
		.patterns = { AROUND("/Percona-XtraDB-Cluster-", V2_3 | SHAPE_BUILD, "") },
		.package = SLICE_INIT("percona-xtradb-cluster"),
		.cpe = SLICE_INIT("percona:xtradb_cluster"),
	},
	{
		.names = { "mysql", "mysqld" },
		.patterns = { AROUND("/percona-server-", V2_3 | SHAPE_BUILD, "") },
		.package = SLICE_INIT("percona-server"), .cpe = SLICE_INIT("percona:percona_server"),
	},
	{
		.names = { "mysqld", "ndbd", "ndbmtd", "ndb_mgmd" },
		.patterns = {
			AROUND("/mysql-cluster-gpl-", V2_3 | SHAPE_PRE, ""),
			AROUND("-ndb-", V3, ""),
		},
		.package = SLICE_INIT("mysql-cluster"), .cpe = SLICE_INIT("oracle:mysql_cluster"),
	},
	{
		.names = { "mysqld" },
		.patterns = { AROUND("/mysql-", V2_3 | SHAPE_PRE, "/") },
		.package = SLICE_INIT("mysql-server"), .cpe = SLICE_INIT("oracle:mysql_server"),
	},
	{
		.names = { "mysql" },
		.patterns = { AROUND("/mysql-", V2_3 | SHAPE_PRE, "/"),
			      PADDED("\0", V3, "\0mysql") },
		.package = SLICE_INIT("mysql"), .bitnami = SLICE_INIT("mysql-client"),
		.cpe = SLICE_INIT("oracle:mysql"),
	},
	{
		.names = { "xtrabackup" },
		.patterns = { AROUND("/percona-xtrabackup-", V2_3 | SHAPE_BUILD, "") },
		.package = SLICE_INIT("percona-xtrabackup"), .cpe = SLICE_INIT("percona:xtrabackup"),
	},
	{
		.names = { "mongod", "mongos" },
		.patterns = {
			PADDED("", V3 | SHAPE_PRE, "\0cppdefines"),
			PADDED("", V3 | SHAPE_PRE, "\0heap_size"),
			PADDED("", V3 | SHAPE_PRE, "\0tcmalloc"),
		},
		.package = SLICE_INIT("mongodb"), .bitnami = SLICE_INIT("mongodb"),
		.cpe = SLICE_INIT("mongodb:mongodb"),
	},
	{
		.names = { "arangosh", "arangod" },
		.patterns = { AROUND("", V3 | SHAPE_BUILD, " [linux]"),
			      AROUND("", V3 | SHAPE_BUILD, " enterprise [linux]") },
		.package = SLICE_INIT("arangodb"), .bitnami = SLICE_INIT("arangodb"),
		.cpe = SLICE_INIT("arangodb:arangodb"),
	},
	{
		.names = { "sqlite3", "libsqlite3.so*" },
		.patterns = {
			{ .before = SLICE_INIT("\0"), .shape = V3, .after = SLICE_INIT("\0"),
			  .lead = SLICE_INIT("3.") },
		},
		.requires = SLICE_INIT("SQLite format 3"),
		.package = SLICE_INIT("sqlite"), .bitnami = SLICE_INIT("sqlite"),
		.cpe = SLICE_INIT("sqlite:sqlite"),
	},
	{
		.names = { "sqlcipher" },
		.patterns = { AROUND("\0", V3, "\0") },
		.requires = SLICE_INIT("cipher_version"),
		.package = SLICE_INIT("sqlcipher"), .cpe = SLICE_INIT("zetetic:sqlcipher"),
	},
	{
		.names = { "ldapsearch", "slapd" },
		.patterns = { AROUND("$OpenLDAP: ldapsearch ", V3, ""),
			      AROUND("$OpenLDAP: slapd ", V3, "") },
		.package = SLICE_INIT("openldap"), .bitnami = SLICE_INIT("openldap"),
		.cpe = SLICE_INIT("openldap:openldap"),
	},

	/* ---- operations */
	{
		.names = { "consul" },
		.patterns = {
			AROUND("CONSUL_VERSION: ", V3, ""),
			AROUND("GitDescribe=", V3, "\""),
			AROUND("\0v", V3 | SHAPE_PRE, "\0"),
		},
		.requires = SLICE_INIT("github.com/hashicorp/consul"),
		.package = SLICE_INIT("consul"), .bitnami = SLICE_INIT("consul"),
		.module = SLICE_INIT("github.com/hashicorp/consul"),
		.cpe = SLICE_INIT("hashicorp:consul"),
	},
	{
		.names = { "vault" },
		.patterns = {
			AROUND("revoke", V3, ""),
			AROUND("state", V3 | SHAPE_PRE, ""),
			AROUND("\0", V3, "\0"),
		},
		.requires = SLICE_INIT("github.com/hashicorp/vault"),
		.package = SLICE_INIT("vault"), .bitnami = SLICE_INIT("vault"),
		.module = SLICE_INIT("github.com/hashicorp/vault"),
		.cpe = SLICE_INIT("hashicorp:vault"),
	},
	{
		.names = { "helm" },
		.patterns = {
			PADDED("\0v", V3 | SHAPE_PRE, "\0\0"),
			AROUND("\0v", V3 | SHAPE_PRE, "\0"),
			AROUND("@v", V3 | SHAPE_PRE, "\0"),
		},
		.requires = SLICE_INIT("helm.sh/helm"),
		.package = SLICE_INIT("helm"), .bitnami = SLICE_INIT("helm"),
		.module = SLICE_INIT("helm.sh/helm"), .cpe = SLICE_INIT("helm:helm"),
	},
	{
		.names = { "argocd", "argocd-*" },
		.patterns = { CLOSE_TO("\0", V3 | SHAPE_PRE, "\0", "\0go1.", 256),
			      AROUND("\0v", V3 | SHAPE_PRE, "+") },
		.requires = SLICE_INIT("github.com/argoproj/argo-cd"),
		.package = SLICE_INIT("argocd"), .bitnami = SLICE_INIT("argo-cd"),
		.module = SLICE_INIT("github.com/argoproj/argo-cd"),
		.cpe = SLICE_INIT("argoproj:argo_cd"),
	},
	{
		.names = { "pilot-discovery", "pilot-agent" },
		.patterns = {
			PADDED("Clean\0", V3 | SHAPE_PRE, "\0"),
			PADDED("Modified\0", V2_3 | SHAPE_PRE, "\0"),
			CLOSE_TO("\0", V3 | SHAPE_PRE, "\0", "S=v<y5", 100),
		},
		.package = SLICE_INIT("istio"), .module = SLICE_INIT("istio.io/istio"),
		.cpe = SLICE_INIT("istio:istio"),
	},
	{
		.names = { "grafana", "grafana-server" },
		.patterns = {
			AROUND("\0release-", V3 | SHAPE_PRE, ""),
			PADDED("HEAD\0", V3 | SHAPE_PRE, "\0"),
			CLOSE_TO("\0", V3 | SHAPE_PRE, "\0", "\0go1.", 512),
		},
		.requires = SLICE_INIT("grafana/grafana"),
		.package = SLICE_INIT("grafana"), .bitnami = SLICE_INIT("grafana"),
		.module = SLICE_INIT("github.com/grafana/grafana"),
		.cpe = SLICE_INIT("grafana:grafana"),
	},
	{
		.names = { "fluent-bit" },
		.patterns = {
			PADDED("\0", V3, "\0%sFluent Bit"),
			PADDED("\0", V3, "\0Fluent Bit"),
			PADDED("\0", V3, "\0\033[1m\0%sFluent Bit"),
		},
		.package = SLICE_INIT("fluent-bit"), .bitnami = SLICE_INIT("fluent-bit"),
		.cpe = SLICE_INIT("treasuredata:fluent_bit"),
	},
#define BEAT(beat)                                                                            \
	{                                                                                     \
		.names = { beat },                                                            \
		.patterns = {                                                                 \
			AROUND("Test ", V3, ""),                                              \
			AROUND("plugin", V3, ""),                                             \
			AROUND("pluginoutput", V3, ""),                                       \
			AROUND("5m.rate", V3, "-"),                                           \
		},                                                                            \
		.requires = SLICE_INIT("elastic/beats"), .package = SLICE_INIT(beat),         \
		.module = SLICE_INIT("github.com/elastic/beats"), .cpe = SLICE_INIT("elastic:" beat), \
	}
	BEAT("filebeat"),
	BEAT("metricbeat"),
	BEAT("heartbeat"),
	BEAT("packetbeat"),
	BEAT("auditbeat"),
	{
		.names = { "elastic-agent" },
		.patterns = { AROUND("enroll", V3, ""), AROUND("enroll: true", V3, ""),
			      AROUND("PM", V3, ":https") },
		.requires = SLICE_INIT("elastic/elastic-agent"),
		.package = SLICE_INIT("elastic-agent"),
		.module = SLICE_INIT("github.com/elastic/elastic-agent"),
		.cpe = SLICE_INIT("elastic:elastic_agent"),
	},

	/* ---- tools and libraries */
	{
		.names = { "openssl", "libcrypto.so*", "libcrypto-*.so*", "libssl.so*" },
		.patterns = { AROUND("AWS-LC ", V3, "") },
		.package = SLICE_INIT("aws-lc"), .cpe = SLICE_INIT("amazon:aws_libcrypto"),
	},
	{
		.names = { "openssl", "libcrypto.so*", "libcrypto-*.so*" },
		.patterns = {
			AROUND("\0OpenSSL ", V3 | SHAPE_LETTERS | SHAPE_PRE, " "),
			AROUND("OpenSSL ", V3 | SHAPE_LETTERS | SHAPE_PRE, " "),
		},
		.package = SLICE_INIT("openssl"), .cpe = SLICE_INIT("openssl:openssl"),
	},
	{
		.names = { "curl", "libcurl.so*", "libcurl-*.so*" },
		.patterns = { AROUND("libcurl/", V3, ""), AROUND("curl/", V3, "") },
		.package = SLICE_INIT("curl"), .cpe = SLICE_INIT("haxx:curl"),
	},
	{
		.names = { "busybox*" },
		.patterns = { AROUND("BusyBox v", V3, "") },
		.package = SLICE_INIT("busybox"), .cpe = SLICE_INIT("busybox:busybox"),
	},
	{
		.names = { "bash" },
		.patterns = { AROUND("@(#)Bash version ", V3, "(") },
		.package = SLICE_INIT("bash"), .cpe = SLICE_INIT("gnu:bash"),
	},
	{
		.names = { "getopt", "mount", "lsblk" },
		.patterns = { AROUND("util-linux ", V2_3 | SHAPE_PRE, "") },
		.package = SLICE_INIT("util-linux"), .cpe = SLICE_INIT("kernel:util-linux"),
	},
	{
		.names = { "zstd" },
		.patterns = { CLOSE_TO("\0v", V3, "\0", "zstd", 1024), AROUND("\0v", V3, "\0") },
		.requires = SLICE_INIT("Yann Collet"),
		.package = SLICE_INIT("zstd"), .cpe = SLICE_INIT("facebook:zstandard"),
	},
	{
		.names = { "xz", "liblzma.so*" },
		.patterns = { AROUND("XZ Utils) ", V3 | SHAPE_PRE, "") },
		.package = SLICE_INIT("xz"), .cpe = SLICE_INIT("tukaani:xz"),
	},
	{
		.names = { "gzip" },
		.patterns = { AROUND("\0", V2, "\0") },
		.requires = SLICE_INIT("not in gzip format"),
		.package = SLICE_INIT("gzip"), .cpe = SLICE_INIT("gnu:gzip"),
	},
	{
		.names = { "jq", "libjq.so*" },
		.patterns = { CLOSE_TO("\0", V2_3, "\0", "jq", 1024), AROUND("jq-", V2_3, "") },
		.requires = SLICE_INIT("JQ_COLORS"),
		.package = SLICE_INIT("jq"), .cpe = SLICE_INIT("jqlang:jq"),
	},
	{
		.names = { "chrome", "headless_shell", "chrome-headless-shell", "chromium" },
		.patterns = { AROUND("\0", V4, "\0Default"), AROUND("Chrome/", V4, "") },
		.package = SLICE_INIT("chrome"), .cpe = SLICE_INIT("google:chrome"),
	},
	{
		.names = { "application.ini" }, .text = true,
		.patterns = { AROUND("\nVersion=", V2_4 | SHAPE_WORD, "") },
		.requires = SLICE_INIT("\nName=Firefox"),
		.package = SLICE_INIT("firefox"), .cpe = SLICE_INIT("mozilla:firefox"),
	},
	{
		.names = { "ffmpeg", "ffprobe", "libav*.so*", "libswresample*.so*" },
		.patterns = {
			AROUND("FFmpeg version ", V2_3, ""),
			AROUND("%s version ", V2_3, ""),
			AROUND("\0n", V2_3, "\0"),
		},
		.requires = SLICE_INIT("FFmpeg"),
		.package = SLICE_INIT("ffmpeg"), .cpe = SLICE_INIT("ffmpeg:ffmpeg"),
	},
	{
		.names = { "libQt*Core.so*" },
		.patterns = {
			AROUND("\0Qt ", V3, " ("),
			AROUND("QtCore library version ", V3, ""),
		},
		.package = SLICE_INIT("qtbase"), .cpe = SLICE_INIT("qt:qtbase"),
	},
	{
		.names = { "libkrb5.so*" },
		.patterns = {
			AROUND("KRB5_BRAND: krb5-", V2_3, "-final"),
			AROUND("KRB5_BRAND: krb5-", V2_3, ""),
		},
		.package = SLICE_INIT("krb5"), .cpe = SLICE_INIT("mit:kerberos_5"),
	},
	{
		.names = { "libkrb5.so*" },
		.patterns = { AROUND("$Version: Heimdal ", V2_3, "") },
		.package = SLICE_INIT("heimdal-krb5"), .cpe = SLICE_INIT("heimdal_project:heimdal"),
	},
	{
		.names = { "version.php" }, .within = "**/wp-includes/version.php", .text = true,
		.patterns = { AROUND("$wp_version = '", V2_3 | SHAPE_WORD, "'") },
		.package = SLICE_INIT("wordpress"), .bitnami = SLICE_INIT("wordpress"),
		.cpe = SLICE_INIT("wordpress:wordpress"),
	},
	{
		.names = { "wp", "wp-cli.phar" }, .text = true,
		.patterns = { AROUND("wp-cli/wp-cli ", V3, "") },
		.package = SLICE_INIT("wp-cli"), .bitnami = SLICE_INIT("wp-cli"),
		.cpe = SLICE_INIT("wp-cli:wp-cli"),
	},
};

const size_t program_row_count = ARRAY_LEN(program_rows);
