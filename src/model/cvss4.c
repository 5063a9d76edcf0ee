#include "model/cvss4.h"

const struct cvss_metric cvss4_metrics[CVSS4_METRICS] = {
	[CVSS4_AV] = { "AV", "N A L P", true },
	[CVSS4_AC] = { "AC", "L H", true },
	[CVSS4_AT] = { "AT", "N P", true },
	[CVSS4_PR] = { "PR", "N L H", true },
	[CVSS4_UI] = { "UI", "N P A", true },
	[CVSS4_VC] = { "VC", "H L N", true },
	[CVSS4_VI] = { "VI", "H L N", true },
	[CVSS4_VA] = { "VA", "H L N", true },
	[CVSS4_SC] = { "SC", "H L N", true },
	[CVSS4_SI] = { "SI", "H L N", true },
	[CVSS4_SA] = { "SA", "H L N", true },
	[CVSS4_E] = { "E", "A P U X", false },
	[CVSS4_CR] = { "CR", "H M L X", false },
	[CVSS4_IR] = { "IR", "H M L X", false },
	[CVSS4_AR] = { "AR", "H M L X", false },
	[CVSS4_MAV] = { "MAV", "N A L P X", false },
	[CVSS4_MAC] = { "MAC", "L H X", false },
	[CVSS4_MAT] = { "MAT", "N P X", false },
	[CVSS4_MPR] = { "MPR", "N L H X", false },
	[CVSS4_MUI] = { "MUI", "N P A X", false },
	[CVSS4_MVC] = { "MVC", "H L N X", false },
	[CVSS4_MVI] = { "MVI", "H L N X", false },
	[CVSS4_MVA] = { "MVA", "H L N X", false },
	[CVSS4_MSC] = { "MSC", "H L N X", false },
	[CVSS4_MSI] = { "MSI", "S H L N X", false },
	[CVSS4_MSA] = { "MSA", "S H L N X", false },
	[CVSS4_S] = { "S", "X N P", false },
	[CVSS4_AU] = { "AU", "X N Y", false },
	[CVSS4_R] = { "R", "X A U I", false },
	[CVSS4_V] = { "V", "X D C", false },
	[CVSS4_RE] = { "RE", "X L M H", false },
	[CVSS4_U] = { "U", "X Clear Green Amber Red", false },
};

/*
 * Tenths of a point by equivalence class, [EQ1][EQ2][EQ3][EQ4][EQ5][EQ6]: the
 * macro-vector table that FIRST publishes with the specification.  0: there is
 * no such macro vector (EQ3 2 with EQ6 0 contradict each other).
 */
static const uint8_t macro_tenths[3][2][3][3][3][2] = {
	[0][0][0] = {
		{ { 100, 99 }, { 98, 95 }, { 95, 92 } },
		{ { 100, 96 }, { 93, 87 }, { 91, 81 } },
		{ { 93, 90 }, { 89, 80 }, { 81, 68 } },
	},
	[0][0][1] = {
		{ { 98, 95 }, { 95, 92 }, { 90, 84 } },
		{ { 93, 92 }, { 89, 81 }, { 81, 65 } },
		{ { 88, 80 }, { 78, 70 }, { 69, 48 } },
	},
	[0][0][2] = {
		{ { 0, 92 }, { 0, 82 }, { 0, 72 } },
		{ { 0, 79 }, { 0, 69 }, { 0, 50 } },
		{ { 0, 69 }, { 0, 55 }, { 0, 27 } },
	},
	[0][1][0] = {
		{ { 99, 97 }, { 95, 92 }, { 92, 85 } },
		{ { 95, 91 }, { 90, 83 }, { 84, 71 } },
		{ { 92, 81 }, { 82, 71 }, { 72, 53 } },
	},
	[0][1][1] = {
		{ { 95, 93 }, { 92, 85 }, { 85, 73 } },
		{ { 92, 82 }, { 80, 72 }, { 70, 59 } },
		{ { 84, 70 }, { 71, 52 }, { 50, 30 } },
	},
	[0][1][2] = {
		{ { 0, 86 }, { 0, 75 }, { 0, 52 } },
		{ { 0, 71 }, { 0, 52 }, { 0, 29 } },
		{ { 0, 63 }, { 0, 29 }, { 0, 17 } },
	},
	[1][0][0] = {
		{ { 98, 95 }, { 94, 87 }, { 91, 81 } },
		{ { 94, 89 }, { 86, 74 }, { 77, 64 } },
		{ { 87, 75 }, { 74, 63 }, { 63, 49 } },
	},
	[1][0][1] = {
		{ { 94, 89 }, { 88, 77 }, { 76, 67 } },
		{ { 86, 76 }, { 74, 58 }, { 59, 50 } },
		{ { 72, 57 }, { 57, 52 }, { 52, 25 } },
	},
	[1][0][2] = {
		{ { 0, 83 }, { 0, 70 }, { 0, 54 } },
		{ { 0, 65 }, { 0, 58 }, { 0, 26 } },
		{ { 0, 53 }, { 0, 21 }, { 0, 13 } },
	},
	[1][1][0] = {
		{ { 95, 90 }, { 88, 76 }, { 76, 70 } },
		{ { 90, 77 }, { 75, 62 }, { 61, 53 } },
		{ { 77, 66 }, { 68, 59 }, { 52, 30 } },
	},
	[1][1][1] = {
		{ { 89, 78 }, { 76, 67 }, { 62, 58 } },
		{ { 74, 59 }, { 57, 57 }, { 47, 23 } },
		{ { 61, 52 }, { 57, 29 }, { 24, 16 } },
	},
	[1][1][2] = {
		{ { 0, 71 }, { 0, 59 }, { 0, 30 } },
		{ { 0, 58 }, { 0, 26 }, { 0, 15 } },
		{ { 0, 23 }, { 0, 13 }, { 0, 6 } },
	},
	[2][0][0] = {
		{ { 93, 87 }, { 86, 72 }, { 75, 58 } },
		{ { 86, 74 }, { 74, 61 }, { 56, 34 } },
		{ { 70, 54 }, { 52, 40 }, { 40, 22 } },
	},
	[2][0][1] = {
		{ { 85, 75 }, { 74, 55 }, { 62, 51 } },
		{ { 72, 57 }, { 55, 41 }, { 46, 19 } },
		{ { 53, 36 }, { 34, 19 }, { 19, 8 } },
	},
	[2][0][2] = {
		{ { 0, 64 }, { 0, 51 }, { 0, 20 } },
		{ { 0, 47 }, { 0, 21 }, { 0, 11 } },
		{ { 0, 24 }, { 0, 9 }, { 0, 4 } },
	},
	[2][1][0] = {
		{ { 88, 75 }, { 73, 53 }, { 60, 50 } },
		{ { 73, 55 }, { 59, 40 }, { 41, 20 } },
		{ { 54, 43 }, { 45, 22 }, { 20, 11 } },
	},
	[2][1][1] = {
		{ { 75, 55 }, { 58, 45 }, { 40, 21 } },
		{ { 61, 51 }, { 48, 18 }, { 20, 9 } },
		{ { 46, 18 }, { 17, 7 }, { 8, 2 } },
	},
	[2][1][2] = {
		{ { 0, 53 }, { 0, 24 }, { 0, 14 } },
		{ { 0, 24 }, { 0, 12 }, { 0, 5 } },
		{ { 0, 10 }, { 0, 3 }, { 0, 1 } },
	},
};

/* Severity levels after modified metrics and defaults, 0 the most severe. */
struct levels {
	int av, ac, at, pr, ui;
	int vc, vi, va;
	int sc, si, sa; /* 0 safety, 1 high, 2 low, 3 none */
	int e, cr, ir, ar;
};

/* The equivalence classes of a vector: which macro vector it belongs to. */
enum { EQ1, EQ2, EQ3, EQ4, EQ5, EQ6, EQS };

struct classes {
	int eq[EQS];
};

enum {
	AV_NETWORK = 0,
	AV_PHYSICAL = 3,
	VULNERABLE_HIGH = 0,
	VULNERABLE_NONE = 2,
	SUBSEQUENT_SAFETY = 0,
	SUBSEQUENT_HIGH = 1,
	SUBSEQUENT_NONE = 3,
	REQUIREMENT_HIGH = 0,
};

/* The value given, or `fallback` when absent or the last of its list, which is X. */
static int given_or(const int8_t v[], enum cvss4_metric metric, int x, int fallback)
{
	return v[metric] == CVSS_ABSENT || v[metric] == x ? fallback : v[metric];
}

static struct levels effective_levels(const int8_t v[])
{
	return (struct levels){
		.av = given_or(v, CVSS4_MAV, 4, v[CVSS4_AV]),
		.ac = given_or(v, CVSS4_MAC, 2, v[CVSS4_AC]),
		.at = given_or(v, CVSS4_MAT, 2, v[CVSS4_AT]),
		.pr = given_or(v, CVSS4_MPR, 3, v[CVSS4_PR]),
		.ui = given_or(v, CVSS4_MUI, 3, v[CVSS4_UI]),
		.vc = given_or(v, CVSS4_MVC, 3, v[CVSS4_VC]),
		.vi = given_or(v, CVSS4_MVI, 3, v[CVSS4_VI]),
		.va = given_or(v, CVSS4_MVA, 3, v[CVSS4_VA]),
		/* Safety stands above high, and only modified metrics can say it. */
		.sc = given_or(v, CVSS4_MSC, 3, v[CVSS4_SC]) + 1,
		.si = given_or(v, CVSS4_MSI, 4, v[CVSS4_SI] + 1),
		.sa = given_or(v, CVSS4_MSA, 4, v[CVSS4_SA] + 1),
		/* Not defined means the worst case (section 8). */
		.e = given_or(v, CVSS4_E, 3, 0),
		.cr = given_or(v, CVSS4_CR, 3, 0),
		.ir = given_or(v, CVSS4_IR, 3, 0),
		.ar = given_or(v, CVSS4_AR, 3, 0),
	};
}

/* Section 8.1, the definitions of EQ1 to EQ6. */
static struct classes classify(const struct levels *l)
{
	struct classes c = { .eq = { [EQ1] = 2, [EQ3] = 2, [EQ4] = 2, [EQ5] = l->e } };
	bool network = l->av == AV_NETWORK, free = l->pr == 0, alone = l->ui == 0;

	if (network && free && alone)
		c.eq[EQ1] = 0;
	else if ((network || free || alone) && l->av != AV_PHYSICAL)
		c.eq[EQ1] = 1;
	c.eq[EQ2] = l->ac != 0 || l->at != 0;
	if (l->vc == VULNERABLE_HIGH && l->vi == VULNERABLE_HIGH)
		c.eq[EQ3] = 0;
	else if (l->vc == VULNERABLE_HIGH || l->vi == VULNERABLE_HIGH || l->va == VULNERABLE_HIGH)
		c.eq[EQ3] = 1;
	if (l->si == SUBSEQUENT_SAFETY || l->sa == SUBSEQUENT_SAFETY)
		c.eq[EQ4] = 0;
	else if (l->sc == SUBSEQUENT_HIGH || l->si == SUBSEQUENT_HIGH || l->sa == SUBSEQUENT_HIGH)
		c.eq[EQ4] = 1;
	c.eq[EQ6] = !((l->cr == REQUIREMENT_HIGH && l->vc == VULNERABLE_HIGH) ||
		      (l->ir == REQUIREMENT_HIGH && l->vi == VULNERABLE_HIGH) ||
		      (l->ar == REQUIREMENT_HIGH && l->va == VULNERABLE_HIGH));
	return c;
}

static int macro(const struct classes *c)
{
	return macro_tenths[c->eq[EQ1]][c->eq[EQ2]][c->eq[EQ3]][c->eq[EQ4]][c->eq[EQ5]][c->eq[EQ6]];
}

/*
 * The most severe vectors of a class, as levels; a class may have several, and
 * the first that is at least as severe in each metric counts.  `depth` is the
 * number of steps from there down to the least severe vector of the class
 * (section 8.2 and the tables published with it).
 */
#define HIGHEST_METRICS 6
#define HIGHEST_VECTORS 5

struct highest {
	int depth;
	int count;
	int levels[HIGHEST_VECTORS][HIGHEST_METRICS];
};

static const struct highest highest_eq1[3] = { /* AV PR UI */
	{ 1, 1, { { 0, 0, 0 } } },
	{ 4, 3, { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } },
	{ 5, 2, { { 3, 0, 0 }, { 1, 1, 1 } } },
};
static const struct highest highest_eq2[2] = { /* AC AT */
	{ 1, 1, { { 0, 0 } } },
	{ 2, 2, { { 1, 0 }, { 0, 1 } } },
};
static const struct highest highest_eq3_eq6[3][2] = { /* VC VI VA CR IR AR */
	{
		{ 7, 1, { { 0, 0, 0, 0, 0, 0 } } },
		{ 6, 2, { { 0, 0, 1, 1, 1, 0 }, { 0, 0, 0, 1, 1, 1 } } },
	},
	{
		{ 8, 2, { { 1, 0, 0, 0, 0, 0 }, { 0, 1, 0, 0, 0, 0 } } },
		{ 8, 5, { { 1, 0, 1, 0, 1, 0 }, { 1, 0, 0, 0, 1, 1 }, { 0, 1, 0, 1, 0, 1 },
			  { 0, 1, 1, 1, 0, 0 }, { 1, 1, 0, 0, 0, 1 } } },
	},
	{
		{ 0 },
		{ 10, 1, { { 1, 1, 1, 0, 0, 0 } } },
	},
};
static const struct highest highest_eq4[3] = { /* SC SI SA */
	{ 6, 1, { { 1, 0, 0 } } },
	{ 5, 1, { { 1, 1, 1 } } },
	{ 4, 1, { { 2, 2, 2 } } },
};

/* Steps from the most severe vector of the class to these levels. */
static int distance(const struct highest *h, const int *levels, int metrics)
{
	for (int v = 0; v < h->count; v++) {
		int steps = 0, i;

		for (i = 0; i < metrics && levels[i] >= h->levels[v][i]; i++)
			steps += levels[i] - h->levels[v][i];
		if (i == metrics)
			return steps;
	}
	return 0;
}

/* Sums up how far the score sinks towards each next lower macro vector. */
struct descent {
	int here;     /* tenths of the vector's own macro vector */
	int lower;    /* how many next lower macro vectors there are */
	int fraction; /* tenths / DEPTHS, summed over them */
};

/* A common multiple of all depths, so that fractions of them add up exactly. */
#define DEPTHS 840

static void descend(struct descent *d, int next, int steps, int depth)
{
	if (next == 0)
		return;
	d->lower++;
	d->fraction += (d->here - next) * steps * (DEPTHS / depth);
}

/* EQ3 and EQ6 move together; from 0,0 both ways lead down, and the higher counts. */
static int next_eq3_eq6(struct classes c)
{
	struct classes other = c;

	if (c.eq[EQ3] == 0 && c.eq[EQ6] == 0) {
		c.eq[EQ6] = 1;
		other.eq[EQ3] = 1;
		return macro(&c) > macro(&other) ? macro(&c) : macro(&other);
	}
	if (c.eq[EQ3] == 2)
		return 0;
	if (c.eq[EQ3] == 1 && c.eq[EQ6] == 0)
		c.eq[EQ6] = 1;
	else
		c.eq[EQ3]++;
	return macro(&c);
}

static int next_lower(struct classes c, int eq, int last)
{
	if (c.eq[eq] == last)
		return 0;
	c.eq[eq]++;
	return macro(&c);
}

static bool harmless(const struct levels *l)
{
	return l->vc == VULNERABLE_NONE && l->vi == VULNERABLE_NONE && l->va == VULNERABLE_NONE &&
	       l->sc == SUBSEQUENT_NONE && l->si == SUBSEQUENT_NONE && l->sa == SUBSEQUENT_NONE;
}

unsigned cvss4_tenths(const int8_t values[CVSS4_METRICS])
{
	struct levels l = effective_levels(values);

	if (harmless(&l))
		return 0;

	struct classes c = classify(&l);
	struct descent d = { .here = macro(&c) };
	const struct highest *h1 = &highest_eq1[c.eq[EQ1]], *h2 = &highest_eq2[c.eq[EQ2]],
			     *h36 = &highest_eq3_eq6[c.eq[EQ3]][c.eq[EQ6]], *h4 = &highest_eq4[c.eq[EQ4]];

	descend(&d, next_lower(c, EQ1, 2), distance(h1, (int[]){ l.av, l.pr, l.ui }, 3), h1->depth);
	descend(&d, next_lower(c, EQ2, 1), distance(h2, (int[]){ l.ac, l.at }, 2), h2->depth);
	descend(&d, next_eq3_eq6(c),
		distance(h36, (int[]){ l.vc, l.vi, l.va, l.cr, l.ir, l.ar }, 6), h36->depth);
	descend(&d, next_lower(c, EQ4, 2), distance(h4, (int[]){ l.sc, l.si, l.sa }, 3), h4->depth);
	/* E has one value in each class of EQ5, so it counts as lower and adds nothing. */
	descend(&d, next_lower(c, EQ5, 2), 0, 1);
	if (d.lower == 0)
		return (unsigned)d.here;

	int unit = DEPTHS * d.lower, left = d.here * unit - d.fraction;

	return left <= 0 ? 0 : (unsigned)((2 * left + unit) / (2 * unit));
}
