#include "inventory/program_filter.h"

#include "inventory/program.h"

static bool is_wild(char c)
{
	return c == '*' || c == '?' || c == '[' || c == '\0';
}

static void set_bit(uint8_t *bits, unsigned number)
{
	bits[number / 8] |= (uint8_t)(1u << (number % 8));
}

static void add_name(struct program_filter *f, const char *glob)
{
	size_t len = strlen(glob);
	unsigned first = (uint8_t)glob[0], last = len ? (uint8_t)glob[len - 1] : 0;

	if (!is_wild(glob[0]) && !is_wild(glob[1]))
		set_bit(f->pairs, first << 8 | (uint8_t)glob[1]);
	else if (!is_wild(glob[0]))
		memset(f->pairs + first * (256 / 8), 0xff, 256 / 8);
	else if (!is_wild((char)last) && last != ']')
		set_bit(f->ends, last);
	else
		memset(f->ends, 0xff, sizeof(f->ends));
}

void program_filter_init(struct program_filter *f)
{
	memset(f, 0, sizeof(*f));
	for (size_t i = 0; i < program_row_count; i++)
		for (size_t k = 0; k < PROGRAM_NAMES && program_rows[i].names[k]; k++)
			add_name(f, program_rows[i].names[k]);
}
