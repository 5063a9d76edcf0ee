/*
 * What the table of version.c joins: a comparison and a judgement of validity
 * for each scheme, one file each.
 */
#ifndef BULWARK_VERSION_SCHEMES_H
#define BULWARK_VERSION_SCHEMES_H

#include "base/slice.h"

int alpine_compare(struct slice a, struct slice b);
bool alpine_valid(struct slice v);
int cran_compare(struct slice a, struct slice b);
bool cran_valid(struct slice v);
int debian_compare(struct slice a, struct slice b);
bool debian_valid(struct slice v);
int go_compare(struct slice a, struct slice b);
bool go_valid(struct slice v);
int hackage_compare(struct slice a, struct slice b);
bool hackage_valid(struct slice v);
int maven_compare(struct slice a, struct slice b);
bool maven_valid(struct slice v);
int nuget_compare(struct slice a, struct slice b);
bool nuget_valid(struct slice v);
int packagist_compare(struct slice a, struct slice b);
bool packagist_valid(struct slice v);
int pub_compare(struct slice a, struct slice b);
bool pub_valid(struct slice v);
int pypi_compare(struct slice a, struct slice b);
bool pypi_valid(struct slice v);
int redhat_compare(struct slice a, struct slice b);
bool redhat_valid(struct slice v);
int rubygems_compare(struct slice a, struct slice b);
bool rubygems_valid(struct slice v);
int semver_compare(struct slice a, struct slice b);
bool semver_valid(struct slice v);

/* The strings that PEP 440 refuses, in the order that setuptools had before it. */
int pypi_legacy_compare(struct slice a, struct slice b);

#endif
