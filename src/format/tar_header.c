#include "base/limits.h"
#include "format/tar_internal.h"

/* POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format". */
enum { NAME = 0, MODE = 100, SIZE = 124, MTIME = 136, CHECKSUM = 148, FLAG = 156, LINK = 157,
       MAGIC = 257, PREFIX = 345, STAR_TRAILER = 508 };
/* GNU has times where ustar has the prefix. */
enum { GNU_ATIME = 345, GNU_CTIME = 357 };

static struct slice field(struct slice block, size_t offset, size_t len)
{
	return slice_new(block.data + offset, len);
}

/* Up to the first NUL. */
static struct slice text_field(struct slice block, size_t offset, size_t len)
{
	struct slice s = field(block, offset, len);

	return slice_first(s, slice_find_byte(s, '\0'));
}

bool tar_block_is_zero(struct slice block)
{
	return block.data[0] == 0 && memcmp(block.data, block.data + 1, TAR_BLOCK_BYTES - 1) == 0;
}

/* Big-endian two's complement in all bits but the first, which marks it. */
static bool base256(struct slice s, int64_t *ret)
{
	uint8_t sign = ((uint8_t)s.data[0] & 0x40) ? 0xff : 0;
	uint64_t value = sign ? UINT64_MAX : 0;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t byte = (uint8_t)s.data[i];

		if (i == 0)
			byte = sign ? byte | 0x80 : byte & 0x7f;
		/* What is pushed out at the top, and the new sign bit, must be sign alone. */
		if ((uint8_t)(value >> 56) != sign || ((value >> 55) & 1) != (sign & 1))
			return false;
		value = value << 8 | byte;
	}
	*ret = (int64_t)value;
	return true;
}

bool tar_number(struct slice s, int64_t *ret)
{
	uint64_t value = 0;
	size_t i = 0;

	if ((uint8_t)s.data[0] & 0x80)
		return base256(s, ret);
	while (i < s.len && (s.data[i] == ' ' || s.data[i] == '\0'))
		i++;
	for (; i < s.len && s.data[i] >= '0' && s.data[i] <= '7'; i++) {
		if (value >> 60)
			return false;
		value = value << 3 | (uint64_t)(s.data[i] - '0');
	}
	if (i < s.len && s.data[i] != ' ' && s.data[i] != '\0')
		return false;
	*ret = (int64_t)value;
	return true;
}

static bool checksum_matches(struct slice block)
{
	int64_t want, sum = 0, signed_sum = 0;

	if (!tar_number(field(block, CHECKSUM, 8), &want))
		return false;
	for (size_t i = 0; i < TAR_BLOCK_BYTES; i++)
		sum += (uint8_t)block.data[i];
	/* The field itself counts as spaces. */
	for (size_t i = CHECKSUM; i < CHECKSUM + 8; i++)
		sum += ' ' - (uint8_t)block.data[i];
	if (sum == want)
		return true;
	/* Some old writers summed signed characters. */
	for (size_t i = 0; i < TAR_BLOCK_BYTES; i++)
		signed_sum += i >= CHECKSUM && i < CHECKSUM + 8 ? ' ' : (int8_t)block.data[i];
	return signed_sum == want;
}

static enum tar_dialect dialect_of(struct slice block)
{
	struct slice magic = field(block, MAGIC, 8);

	if (slice_eq(magic, SLICE("ustar  \0")))
		return TAR_DIALECT_GNU;
	if (!slice_starts(magic, SLICE("ustar\0")))
		return TAR_DIALECT_V7;
	return slice_is(field(block, STAR_TRAILER, 4), "tar\0") ? TAR_DIALECT_STAR : TAR_DIALECT_USTAR;
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((uint8_t)s.data[i] >= 0x80)
			return false;
	return true;
}

static struct slice prefix_of(struct slice block, enum tar_dialect dialect)
{
	struct slice prefix;
	int64_t ignored;

	switch (dialect) {
	case TAR_DIALECT_USTAR: return text_field(block, PREFIX, 155);
	case TAR_DIALECT_STAR: return text_field(block, PREFIX, 131);
	case TAR_DIALECT_GNU:
		/* Go before 1.8 wrote a prefix under GNU's magic; its reader still finds it so. */
		prefix = text_field(block, PREFIX, 155);
		if (!slice_empty(prefix) && is_ascii(prefix) &&
		    !(tar_number(field(block, GNU_ATIME, 12), &ignored) &&
		      tar_number(field(block, GNU_CTIME, 12), &ignored)))
			return prefix;
		break;
	case TAR_DIALECT_V7: break;
	}
	return SLICE_EMPTY;
}

bool tar_header_read(struct slice block, uint64_t offset, struct tar_header *ret, struct error *err)
{
	int64_t size, mode = 0;

	if (!checksum_matches(block))
		return error_set_at(err, ERR_FORMAT, offset,
				    "no tar header: its checksum does not match");
	if (!tar_number(field(block, SIZE, 12), &size) || size < 0)
		return error_set_at(err, ERR_FORMAT, offset, "a tar header's size is malformed");
	*ret = (struct tar_header){
		.flag = block.data[FLAG],
		.dialect = dialect_of(block),
		.size = (uint64_t)size,
		.name = text_field(block, NAME, 100),
		.link = text_field(block, LINK, 100),
	};
	/* Neither decides what is read, so neither is worth an error. */
	if (tar_number(field(block, MODE, 8), &mode))
		ret->mode = (uint32_t)mode & 07777;
	if (!tar_number(field(block, MTIME, 12), &ret->mtime))
		ret->mtime = 0;
	ret->prefix = prefix_of(block, ret->dialect);
	return true;
}
