/*
 * Cases of our own for each ordering, in the form that version_check_text
 * reads.  Each line is there for a rule; neighbours belong together.
 */
#ifndef BULWARK_TESTS_VERSION_CASES_H
#define BULWARK_TESTS_VERSION_CASES_H

#include "model/ecosystem.h"

static const struct {
	enum version_scheme scheme;
	const char *lines;
} own_cases[] = {
	{ VERSION_ALPINE,
	  "// numbers\n"
	  "1.2.9 < 1.2.10\n"
	  "9 < 10\n"
	  "007 = 7\n"
	  "1.2 < 1.2.0\n"
	  "3.18446744073709551616 > 3.18446744073709551615\n"
	  "// behind the first, a leading zero makes a fraction\n"
	  "2.05 < 2.1\n"
	  "2.05 < 2.5\n"
	  "2.0 < 2.00\n"
	  "2.010 > 2.01\n"
	  "2.09 < 2.8\n"
	  "// letters\n"
	  "1.1.1k < 1.1.1w\n"
	  "1.1.1 < 1.1.1a\n"
	  "1.1.1z < 1.1.2\n"
	  "1.1.1a < 1.1.1.0\n"
	  "// suffixes, and their order around none at all\n"
	  "3.0_alpha < 3.0_beta\n"
	  "3.0_beta9 < 3.0_pre1\n"
	  "3.0_pre < 3.0_rc\n"
	  "3.0_rc9 < 3.0\n"
	  "3.0 < 3.0_cvs\n"
	  "3.0_cvs < 3.0_svn\n"
	  "3.0_svn < 3.0_git\n"
	  "3.0_git20240101 < 3.0_hg\n"
	  "3.0_hg1 < 3.0_p1\n"
	  "3.0_rc2 < 3.0_rc10\n"
	  "3.0_rc < 3.0_rc0\n"
	  "3.0_p1_alpha < 3.0_p1\n"
	  "3.0_alpha_p2 > 3.0_alpha\n"
	  "3.0_p < 3.0a\n"
	  "3.0_p9 < 3.0.1\n"
	  "3.0_rc1-r3 < 3.0-r0\n"
	  "// hashes and revisions\n"
	  "1.0~0a1b < 1.0~0a1c\n"
	  "1.0 < 1.0~00\n"
	  "1.0-r9 < 1.0-r10\n"
	  "1.0 < 1.0-r0\n"
	  "1.0-r07 = 1.0-r7\n"
	  "1.0-r99 < 1.0_p0\n"
	  "1.0-r99 < 1.0~ff\n"
	  "1.0-r = 1.0-r0\n"
	  "// malformed ones are below what they begin with\n"
	  "1.0. < 1.0\n"
	  "1.0_foo < 1.0\n"
	  "1.0_foo > 1.0_rc\n"
	  "1.0- < 1.0\n"
	  "1.0-r1z < 1.0-r1\n"
	  "1.0-r1z > 1.0-r0\n"
	  "1.0B < 1.0\n"
	  "latest < 0\n"
	  "earliest < latest\n" },
	{ VERSION_CRAN,
	  "1.2-3 = 1.2.3\n"
	  "1.10 > 1.9\n"
	  "1.08 = 1.8\n"
	  "2.0 < 2.0.0\n"
	  "2.0.0 < 2.0-1\n"
	  "0.99 > 0.9\n"
	  "4294967296.0 > 4294967295.9\n"
	  "1.x < 1.0\n"
	  "1 < 1.x\n"
	  "1.x < 1.y\n" },
	{ VERSION_DEBIAN,
	  "// epochs\n"
	  "1:0.1 > 99.9\n"
	  "0:2.3 = 2.3\n"
	  "09:1 = 9:1\n"
	  "9:1 < 10:0\n"
	  "99999999999999999999:1 < 100000000000000000000:1\n"
	  "// digits by value, whatever their size\n"
	  "2.9 < 2.10\n"
	  "2.007 = 2.7\n"
	  "1.18446744073709551616 < 1.18446744073709551617\n"
	  "// the tilde is before the end, letters are before other marks\n"
	  "2.0~rc1 < 2.0\n"
	  "2.0~ < 2.0\n"
	  "2.0~~ < 2.0~\n"
	  "2.0~~a < 2.0~\n"
	  "2.0 < 2.0a\n"
	  "2.0a < 2.0+\n"
	  "2.0z < 2.0.\n"
	  "2.0Z < 2.0a\n"
	  "2.0+ < 2.0.\n"
	  "2.0a~ < 2.0a\n"
	  "// revisions\n"
	  "2.0 = 2.0-0\n"
	  "2.0 < 2.0-1\n"
	  "2.0-1 < 2.0-1+deb12u1\n"
	  "2.0-1+deb12u1 < 2.0-1+deb12u2\n"
	  "2.0-1+deb12u9 < 2.0-1+deb12u10\n"
	  "2.0-1~bpo12+1 < 2.0-1\n"
	  "2.0-1ubuntu0.1 < 2.0-1ubuntu1\n"
	  "2.0-1build1 < 2.0-1ubuntu1\n"
	  "2.0-rc1-1 < 2.0-rc1-2\n"
	  "2.0+dfsg-1 > 2.0-9\n"
	  "2.1+really2.0-1 > 2.1-5\n"
	  "2.0.1-1 > 2.0-99\n"
	  "1.0-1.1 > 1.0-1\n"
	  "// what dpkg refuses\n"
	  "1.0_1 > 1.0.1\n"
	  "a:1 > 9\n"
	  "1.0- = 1.0\n" },
	{ VERSION_HACKAGE,
	  "1.2 < 1.2.0\n"
	  "1.2.0 < 1.2.0.0\n"
	  "1.9 < 1.10\n"
	  "2 > 1.99.99\n"
	  "0.20180101 > 0.9\n"
	  "1.02 = 1.2\n"
	  "1.2-rc = 1.2\n"
	  "1.18446744073709551616 > 1.18446744073709551615\n"
	  "1.a < 1.0\n" },
	{ VERSION_MAVEN,
	  "// numbers\n"
	  "2.9.9 < 2.9.10\n"
	  "2.9.10 < 2.9.10.1\n"
	  "2.9.10.8 > 2.9.10.7\n"
	  "1.018 = 1.18\n"
	  "20040616 > 3.2.2\n"
	  "1.99999999999999999999 < 1.100000000000000000000\n"
	  "// nulls at the end of a list\n"
	  "4.1.0.Final = 4.1\n"
	  "4.1-GA = 4.1\n"
	  "4.1.RELEASE = 4.1.0\n"
	  "4.1.0-0 = 4.1\n"
	  "4.0.0-rc = 4-rc\n"
	  "4.0.1-rc > 4-rc\n"
	  "4.0.final-sp = 4-sp\n"
	  "4-0-ga-1 = 4-1\n"
	  ". = 0\n"
	  "1..1 = 1.0.1\n"
	  "1--1 = 1-1\n"
	  "// qualifiers\n"
	  "3-alpha < 3-beta\n"
	  "3-beta < 3-milestone\n"
	  "3-milestone < 3-rc\n"
	  "3-cr2 = 3-RC2\n"
	  "3-cr < 3-snapshot\n"
	  "3-SNAPSHOT < 3\n"
	  "3 < 3-sp\n"
	  "3-sp < 3-android\n"
	  "3-android < 3-jre\n"
	  "3-JRE = 3-jre\n"
	  "3-jre < 3-1\n"
	  "3-1 < 3.1\n"
	  "3-rc9 < 3-rc10\n"
	  "3-rc < 3-rc1\n"
	  "3-rc1 > 3-beta99\n"
	  "3-rc1-SNAPSHOT < 3-rc1\n"
	  "3.1-rc1 > 3.0\n"
	  "// one letter stands for a word only before a digit\n"
	  "3a1 = 3-alpha-1\n"
	  "3-b2 = 3beta2\n"
	  "3.m4 = 3.milestone4\n"
	  "3-a > 3\n"
	  "3-m > 3-b1\n"
	  "// dot and dash\n"
	  "3.rc1 < 3-rc1\n"
	  "3.jre < 3-jre\n"
	  "3.0.rc1 > 3-rc1\n"
	  "3.0.rc1 < 3\n"
	  "3.0.0.Beta2 < 3.0.0.CR1\n"
	  "3.0.0.CR1 < 3.0.0.Final\n"
	  "3.sp1 > 3-alpha\n"
	  "1.0.0.RC7-3 < 1.0.0\n"
	  "1.0.0 < 1.0.0-gradle-rework-beta1\n"
	  "1.0.0-gradle-rework-beta1 < 1.0.0-gradle-rework-beta3\n" },
	{ VERSION_NUGET,
	  "1.0 = 1.0.0.0\n"
	  "1 = 1.0\n"
	  "1.0.0.1 > 1.0.0\n"
	  "1.0.0.9 < 1.0.0.10\n"
	  "1.0.007 = 1.0.7\n"
	  "2.0.0-ALPHA = 2.0.0-alpha\n"
	  "2.0.0-alpha < 2.0.0-Beta\n"
	  "2.0.0-beta.2 < 2.0.0-beta.11\n"
	  "2.0.0-beta < 2.0.0-beta.1\n"
	  "2.0.0-beta10 < 2.0.0-beta2\n"
	  "2.0.0-rc < 2.0.0\n"
	  "2.0.0-9 < 2.0.0-a\n"
	  "2.0.0.1-a > 2.0.0\n"
	  "2.0.0+abc = 2.0.0\n"
	  "2.0.0-a+x = 2.0.0-A+y\n"
	  "1.99999999999999999999.0 > 1.9999999999999999999.0\n" },
	{ VERSION_PACKAGIST,
	  "1.9 < 1.10\n"
	  "1.0 < 1.0.0\n"
	  "v2.3 = 2.3\n"
	  "V2.3 < v2.4\n"
	  "1.01 = 1.1\n"
	  "1.0.18446744073709551616 > 1.0.18446744073709551615\n"
	  "// words\n"
	  "2.0-foo < 2.0-dev\n"
	  "2.0-dev < 2.0-alpha1\n"
	  "2.0-alpha1 < 2.0-beta1\n"
	  "2.0a1 = 2.0-alpha1\n"
	  "2.0b3 = 2.0.beta.3\n"
	  "2.0-beta9 < 2.0-RC1\n"
	  "2.0-RC1 = 2.0rc1\n"
	  "2.0-RC1 < 2.0\n"
	  "2.0 < 2.0.1\n"
	  "2.0 < 2.0-patch1\n"
	  "2.0pl1 = 2.0-p1\n"
	  "2.0.9 < 2.0-p1\n"
	  "2.0-BETA2 > 2.0-Alpha3\n"
	  "2.0-BETA2 < 2.0-rc1\n"
	  "2.0-alpha < 2.0-alpha1\n"
	  "2.0-RC2 < 2.0-RC10\n"
	  "// marks are all the same, and several are one\n"
	  "2.0_1 = 2.0-1\n"
	  "2.0+1 = 2.0.1\n"
	  "2.0--1 = 2.0.1\n"
	  "2.0~1 < 2.0\n"
	  "dev-main < 0.0.1\n"
	  "2.0. < 2.0\n"
	  "2.0. < 2.0-foo\n"
	  "2.0.# = 2.0.#\n" },
	{ VERSION_PUB,
	  "1.0.0 < 1.0.0+0\n"
	  "1.0.0+0 < 1.0.0+1\n"
	  "1.0.0+9 < 1.0.0+10\n"
	  "1.0.0+10 < 1.0.0+a\n"
	  "1.0.0+1 < 1.0.0+1.0\n"
	  "1.0.0+99 < 1.0.1\n"
	  "1.0.0-rc+9 < 1.0.0\n"
	  "1.0.0-rc < 1.0.0-rc+1\n"
	  "1.0.0-rc+9 < 1.0.0-rc.1\n"
	  "7.1.2023+0 < 7.1.2023+1\n"
	  "1.2 = 1.2.0\n"
	  "v1.2.0+1 = 1.2.0+1\n" },
	{ VERSION_PYPI,
	  "// the sequence of PEP 440's summary, in our own numbers\n"
	  "2.0.dev1 < 2.0a1.dev2\n"
	  "2.0a1.dev2 < 2.0a1\n"
	  "2.0a1 < 2.0a1.post1.dev3\n"
	  "2.0a1.post1.dev3 < 2.0a1.post1\n"
	  "2.0a1.post1 < 2.0a2\n"
	  "2.0a12 < 2.0b1\n"
	  "2.0b1 < 2.0rc1\n"
	  "2.0rc1 < 2.0\n"
	  "2.0 < 2.0+abc.5\n"
	  "2.0+abc.5 < 2.0+abc.7\n"
	  "2.0+abc.7 < 2.0+5\n"
	  "2.0+5 < 2.0.post1.dev4\n"
	  "2.0.post1.dev4 < 2.0.post1\n"
	  "2.0.post1 < 2.1.dev1\n"
	  "2.1.dev1 < 1!0.1\n"
	  "// spellings\n"
	  "2.0alpha1 = 2.0a1\n"
	  "2.0-BETA.2 = 2.0b2\n"
	  "2.0c3 = 2.0rc3\n"
	  "2.0pre3 = 2.0_preview_3\n"
	  "2.0-4 = 2.0.post4\n"
	  "2.0r4 = 2.0-rev-4\n"
	  "2.0post = 2.0.post0\n"
	  "2.0a = 2.0a0\n"
	  "2.0dev = 2.0.dev0\n"
	  "2.0a.dev = 2.0a0.dev0\n"
	  "v2.0 = 2\n"
	  "2.0.0.0 = 2\n"
	  "0!2 = 2\n"
	  "02.00 = 2\n"
	  "2.0+UBUNTU-1 = 2.0+ubuntu.1\n"
	  "2.0+ubuntu_01 = 2.0+ubuntu.1\n"
	  "2.0a- = 2.0a0\n"
	  "2.0a--1 = 2.0a0.post1\n"
	  "// numbers and locals\n"
	  "2.9 < 2.10\n"
	  "2.18446744073709551615 < 2.18446744073709551616\n"
	  "2.0+a < 2.0+a.0\n"
	  "2.0+a1 < 2.0+a10\n"
	  "2.0+9 < 2.0+10\n"
	  "// what PEP 440 refuses is below all the rest\n"
	  "2.0.x < 0.dev0\n"
	  "2004d < 0a0\n"
	  "2.0++1 < 0\n"
	  "2.0+a..b < 0\n"
	  "banana < 0\n"
	  "1.0.x < 1.1.x\n"
	  "1.9-x < 1.10-x\n"
	  "1.0.0-x = 1-x\n"
	  "1-predog < 1-x\n"
	  "1x-pre2 = 1x-rc2\n"
	  "1x-dev2 < 1x-alpha2\n"
	  "1x-alpha2 < 1x\n"
	  "1x < 1x-patch\n"
	  "1x-rc = 1x.rc.0\n"
	  "1x-0 = 1x-\n"
	  "X = x\n" },
	{ VERSION_REDHAT,
	  "// epochs\n"
	  "1:1-1 > 2-1\n"
	  "0:1-1 = 1-1\n"
	  ":1-1 = 1-1\n"
	  "010:1 = 10:1\n"
	  "18446744073709551616:1 > 18446744073709551615:1\n"
	  "// segments\n"
	  "1.9 < 1.10\n"
	  "1.05 = 1.5\n"
	  "1.0 = 1_0\n"
	  "1..0 = 1.0\n"
	  "1.a < 1.0\n"
	  "1.0a < 1.0.1\n"
	  "1.0 < 1.0a\n"
	  "1.0A < 1.0a\n"
	  "1.0rc1 > 1.0\n"
	  "1.0rc1 = 1.0.rc.1\n"
	  "2.50 > 2.5\n"
	  "// tilde and caret\n"
	  "1.0~rc1 < 1.0~rc2\n"
	  "1.0~rc2 < 1.0\n"
	  "1.0~~ < 1.0~\n"
	  "1.0 < 1.0^\n"
	  "1.0^git1 < 1.0.1\n"
	  "1.0^git1 < 1.0a\n"
	  "1.0~rc1 < 1.0~rc1^git1\n"
	  "1.0^git1~rc < 1.0^git1\n"
	  "// releases\n"
	  "4.18.0-553.el8 > 4.18.0-80.el8\n"
	  "4.18.0-80.el8 < 4.18.0-80.1.el8\n"
	  "1.1.1k-7.el8_6 < 1.1.1k-12.el8_9\n"
	  "1.0-1.el8 < 1.0-1.el9\n"
	  "1.0-1.el9 < 1.0-1.el9_2.1\n"
	  "1.0-1.module_el8.3.0+619+2 < 1.0-1.module_el8.5.0+1\n"
	  "1.0 < 1.0-1\n"
	  "1-2-3 < 1-2-4\n"
	  "1.0-1~bootstrap < 1.0-1\n"
	  "a:1-1 < 0:1-1\n" },
	{ VERSION_RUBYGEMS,
	  "1.9 < 1.10\n"
	  "1 = 1.0.0\n"
	  "1.0.1 > 1\n"
	  "01.2 = 1.2\n"
	  "1.18446744073709551616 > 1.18446744073709551615\n"
	  "// words are below numbers, and missing segments are numbers\n"
	  "2.0.rc1 < 2.0\n"
	  "2.0.0.rc1 < 2.0.0.rc2\n"
	  "2.0.rc2 < 2.0.rc10\n"
	  "2.0.a < 2.0.b\n"
	  "2.0.B < 2.0.a\n"
	  "2.0.beta < 2.0.beta1\n"
	  "2.0.rc.1 = 2.0.rc1\n"
	  "2.0.0.rc1 = 2.rc1\n"
	  "2.0.1.rc1 > 2.0\n"
	  "2.0.a.1 < 2.0.a.1.1\n"
	  "2.0.a.b < 2.0.a\n"
	  "2.0.a.0.b < 2.0.a\n"
	  "2.0.a.0.0 = 2.0.a\n"
	  "// the dash\n"
	  "2.0-1 = 2.0.pre.1\n"
	  "2.0-1 < 2.0\n"
	  "2.0-rc = 2.0.pre.rc\n"
	  "2.0.a < 2.0-1\n"
	  "2.0.rc < 2.0.1.a\n"
	  "2a < 2\n"
	  "2a1 > 2a\n"
	  "0.a < 0\n"
	  "0.0.1 > 0.0.0\n" },
	{ VERSION_SEMVER,
	  "1.9.0 < 1.10.0\n"
	  "1.0.99999999999999999998 < 1.0.99999999999999999999\n"
	  "// precedence of section 11, in our own names\n"
	  "2.0.0-a < 2.0.0-a.0\n"
	  "2.0.0-a.9 < 2.0.0-a.10\n"
	  "2.0.0-a.10 < 2.0.0-a.b\n"
	  "2.0.0-0 < 2.0.0-a\n"
	  "2.0.0-99 < 2.0.0--\n"
	  "2.0.0-A < 2.0.0-a\n"
	  "2.0.0-a-b > 2.0.0-a\n"
	  "2.0.0-rc.1 < 2.0.0\n"
	  "2.0.0-18446744073709551616 > 2.0.0-18446744073709551615\n"
	  "2.0.0+1 = 2.0.0+2\n"
	  "2.0.0-a+1 = 2.0.0-a\n"
	  "2.0.0+a-b = 2.0.0\n"
	  "// RustSec's lowest version\n"
	  "0.0.0-0 < 0.0.0-a\n"
	  "0.0.0-0 < 0.0.0\n"
	  "// what advisories and packages hold besides\n"
	  "1.2 = 1.2.0\n"
	  "1 = 1.0.0\n"
	  "v1.2.3 = 1.2.3\n"
	  "V1.2 < 1.2.1\n"
	  "2023.03.20 = 2023.3.20\n"
	  "2023.03.20 < 2023.10.01\n"
	  "1.5.1 < 1.5.1.2\n"
	  "1.5.1.2 < 1.5.2\n"
	  "3.0.RC3 < 3.0.0\n"
	  "2.0a1 < 2.0\n"
	  "1.0.0.beta.3 < 1.0.0\n"
	  "1.4.0-* < 1.4.0\n"
	  "1.2.3- = 1.2.3\n"
	  "nightly < 0.0.0-0\n"
	  "~ < 0.0.0-0\n"
	  "a < b\n" },
	{ VERSION_GO,
	  "// modules\n"
	  "v1.9.0 < v1.10.0\n"
	  "v1.2.3 = 1.2.3\n"
	  "v2.0.0+incompatible = 2.0.0\n"
	  "v1.2.0-rc.1 < v1.2.0\n"
	  "v0.0.0-20190101000000-abcdefabcdef < v0.0.0-20190101000001-000000000000\n"
	  "v0.0.0-20190101000000-abcdefabcdef < v0.0.1\n"
	  "v1.2.4-0.20200101000000-abcdefabcdef > v1.2.3\n"
	  "v1.2.4-0.20200101000000-abcdefabcdef < v1.2.4-rc1\n"
	  "v1.2.3-pre.0.20200101000000-abcdefabcdef > v1.2.3-pre\n"
	  "v1.2 = v1.2.0\n"
	  "// tags of Go itself, and what advisories write\n"
	  "go1.20 = 1.20.0\n"
	  "go1.20rc1 = 1.20.0-rc.1\n"
	  "go1.20rc2 < go1.20rc10\n"
	  "go1.20beta1 = 1.20.0-beta.1\n"
	  "go1.20beta1 < go1.20rc1\n"
	  "go1.20rc1 > 1.20.0-0\n"
	  "go1.20rc3 < go1.20\n"
	  "go1.19.13 < go1.20rc1\n"
	  "go1.9.7 < go1.10\n"
	  "go1.21.3 = 1.21.3\n"
	  "go1.21.3-vendor = 1.21.3\n"
	  "go1.22rc1-vendor = 1.22.0-rc.1\n"
	  "go1.2-pre1 = 1.2.0-pre.1\n"
	  "1.22rc1 = go1.22rc1\n"
	  "go1 = 1.0.0\n"
	  "(devel) < v0.0.0-0\n"
	  "devel < go1\n" },
};

static const struct {
	enum version_scheme scheme;
	const char *version;
	bool valid;
} validity_cases[] = {
	{ VERSION_ALPINE, "1.2.3b_rc1_p2~0a-r4", true },
	{ VERSION_ALPINE, "1.2-r", false },
	{ VERSION_ALPINE, "1.", false },
	{ VERSION_ALPINE, "1_foo", false },
	{ VERSION_ALPINE, "", false },
	{ VERSION_CRAN, "1.2-3", true },
	{ VERSION_CRAN, "1", false },
	{ VERSION_CRAN, "1..2", false },
	{ VERSION_DEBIAN, "1:2.3-4+deb12u1~x", true },
	{ VERSION_DEBIAN, "1.0-", false },
	{ VERSION_DEBIAN, "a1", false },
	{ VERSION_DEBIAN, "2147483648:1", false },
	{ VERSION_DEBIAN, "1.0_1", false },
	{ VERSION_HACKAGE, "1", true },
	{ VERSION_HACKAGE, "1.2-a", false },
	{ VERSION_MAVEN, "Finchley.SR1", true },
	{ VERSION_MAVEN, "", false },
	{ VERSION_NUGET, "1.2.3.4-a.b+c", true },
	{ VERSION_NUGET, "1.2.3.4.5", false },
	{ VERSION_PACKAGIST, "v1.2-beta3", true },
	{ VERSION_PACKAGIST, "dev-main", true },
	{ VERSION_PACKAGIST, "main", false },
	{ VERSION_PUB, "1.2.3-a+1", true },
	{ VERSION_PUB, "1.2", false },
	{ VERSION_PYPI, " 1!2.0RC1.post2.dev3+a.b ", true },
	{ VERSION_PYPI, "1.0-x", false },
	{ VERSION_PYPI, "1.0+", false },
	{ VERSION_PYPI, "", false },
	{ VERSION_REDHAT, "1:2.3~rc1^x-4.el9", true },
	{ VERSION_REDHAT, "1.0-", false },
	{ VERSION_REDHAT, "a:1", false },
	{ VERSION_RUBYGEMS, "1.2.a-b.c", true },
	{ VERSION_RUBYGEMS, "", true },
	{ VERSION_RUBYGEMS, "a.1", false },
	{ VERSION_RUBYGEMS, "1a", false },
	{ VERSION_RUBYGEMS, "1..2", false },
	{ VERSION_SEMVER, "1.2.3-a.b-c+d.01", true },
	{ VERSION_SEMVER, "1.2", false },
	{ VERSION_SEMVER, "1.2.3-", false },
	{ VERSION_SEMVER, "1.2.3-a..b", false },
	{ VERSION_SEMVER, "1.2.3.4", false },
	{ VERSION_SEMVER, "1.2.3rc1", false },
	{ VERSION_GO, "v1.2.3+incompatible", true },
	{ VERSION_GO, "go1.20rc1", true },
	{ VERSION_GO, "(devel)", false },
};

/* What random versions are made of; single bytes join them. */
static const struct {
	enum version_scheme scheme;
	const char *pieces[24];
} alphabets[] = {
	{ VERSION_ALPINE,
	  { "0", "1", "01", "10", "00", ".", "..", "a", "b", "_alpha", "_rc", "_p", "_git", "_x",
	    "~a0", "~", "-r", "-r0", "-r1", "-", "_" } },
	{ VERSION_CRAN, { "0", "1", "00", "10", ".", "-", "x", "..", "01" } },
	{ VERSION_DEBIAN,
	  { "0", "1", "10", "01", "a", "Z", ".", "~", "+", "-", ":", "1:", "~~", "_", "deb",
	    " " } },
	{ VERSION_HACKAGE, { "0", "1", "00", "10", ".", "-", "x", "..", "01" } },
	{ VERSION_MAVEN,
	  { "0", "1", "00", "2", "10", ".", "-", "alpha", "rc", "cr", "ga", "final", "sp", "foo",
	    "a", "b", "m", "SNAPSHOT", "x", ".0", "-0", "-ga", "_" } },
	{ VERSION_NUGET,
	  { "0", "1", "01", "10", ".", ".", "-", "+", "a", "A", "b", "-1", "v", "_", "Z", "z" } },
	{ VERSION_PACKAGIST,
	  { "0", "1", "01", "10", ".", "-", "_", "+", "#", "dev", "a", "alpha", "beta", "RC", "rc",
	    "p", "pl", "x", "v", "~" } },
	{ VERSION_PUB,
	  { "0", "1", "01", "10", ".", ".", "-", "+", "a", "b", "-1", "v", "+1", "Z" } },
	{ VERSION_PYPI,
	  { "0", "1", "10", "00", ".", "-", "_", "!", "+", "a", "b", "rc", "post", "dev", "r", "x",
	    "pre", "final", "1!", "000000000", "123456789", "-0", "*" } },
	{ VERSION_REDHAT,
	  { "0", "1", "10", "01", ".", "-", "~", "^", "a", "b", "Z", ":", "1:", "_", "el8" } },
	{ VERSION_RUBYGEMS,
	  { "0", "1", "10", "00", ".", ".", "-", "a", "b", "rc", "pre", "B", ".0", "_", " " } },
	{ VERSION_SEMVER,
	  { "0", "1", "01", "10", ".", ".", "-", "+", "a", "b", "-1", "v", "A", "=", "rc1" } },
	{ VERSION_GO,
	  { "0", "1", "01", "10", ".", ".", "-", "+", "rc", "beta", "-pre", "v", "go", "go1", " x",
	    "-rc." } },
};

#endif
