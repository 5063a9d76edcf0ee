/*
 * What reading a layer costs at the least: the stored bytes digested, inflated,
 * digested again and walked as a tar, by the same libraries as the program and
 * with nothing of the program's own code in between.  A scan is measured
 * against this.
 *
 *	bulwark-floor FILE [ROUNDS]
 *
 * One round, so that the time of the process can be compared with another's;
 * of several the best is printed.  The file must be sound: what the
 * program checks is not checked here, and digests and sizes that do not fit
 * end the measurement.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <isa-l/igzip_lib.h>
#include <openssl/evp.h>
#include <zstd.h>

#define IN_SIZE ((size_t)256 * 1024)
#define OUT_SIZE ((size_t)256 * 1024)
#define BLOCK 512

/* Where the walk stands: inside a header, or so many bytes before the next one. */
struct walk {
	uint64_t skip;
	uint8_t header[BLOCK];
	size_t have;
	uint64_t entries;
	bool ended;
};

struct pass {
	int fd;
	uint8_t *in, *out;
	EVP_MD_CTX *stored, *plain; /* plain NULL: the bytes are not compressed, one digest does */
	uint64_t in_bytes, out_bytes;
	struct walk walk;
};

static _Noreturn void give_up(const char *what)
{
	fprintf(stderr, "bulwark-floor: %s\n", what);
	exit(1);
}

static uint64_t size_of(const uint8_t *h)
{
	uint64_t v = 0;

	if (h[124] & 0x80) {
		for (int i = 1; i < 12; i++)
			v = v << 8 | h[124 + i];
		return v;
	}
	for (int i = 124; i < 136; i++)
		if (h[i] >= '0' && h[i] <= '7')
			v = v << 3 | (uint64_t)(h[i] - '0');
	return v;
}

static void walk_header(struct walk *w, const uint8_t *h)
{
	unsigned sum = 8 * ' ';

	for (int i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? 0 : h[i];
	if (h[0] == '\0' && sum == 8 * ' ') {
		w->ended = true;
		return;
	}
	if (strtoul((const char *)h + 148, NULL, 8) != sum)
		give_up("no tar header where one should stand");
	w->entries++;
	/* Links, devices, directories and pipes have no data. */
	w->skip = h[156] >= '1' && h[156] <= '6' ? 0 : (size_of(h) + BLOCK - 1) / BLOCK * BLOCK;
}

static void walk(struct walk *w, const uint8_t *p, size_t len)
{
	while (len && !w->ended) {
		size_t n;

		if (w->skip) {
			n = w->skip < len ? (size_t)w->skip : len;
			w->skip -= n;
		} else if (w->have == 0 && len >= BLOCK) {
			n = BLOCK;
			walk_header(w, p);
		} else {
			n = BLOCK - w->have < len ? BLOCK - w->have : len;
			memcpy(w->header + w->have, p, n);
			w->have += n;
			if (w->have == BLOCK) {
				w->have = 0;
				walk_header(w, w->header);
			}
		}
		p += n;
		len -= n;
	}
}

static void take_plain(struct pass *p, const uint8_t *bytes, size_t len)
{
	if (p->plain && !EVP_DigestUpdate(p->plain, bytes, len))
		give_up("the digest fails");
	p->out_bytes += len;
	walk(&p->walk, bytes, len);
}

static size_t read_piece(struct pass *p)
{
	ssize_t n = read(p->fd, p->in, IN_SIZE);

	if (n < 0)
		give_up(strerror(errno));
	if (!EVP_DigestUpdate(p->stored, p->in, (size_t)n))
		give_up("the digest fails");
	p->in_bytes += (uint64_t)n;
	return (size_t)n;
}

static void pass_gzip(struct pass *p, size_t len)
{
	static struct inflate_state s;

	isal_inflate_init(&s);
	s.crc_flag = ISAL_GZIP;
	for (; len; len = read_piece(p)) {
		s.next_in = p->in;
		s.avail_in = (uint32_t)len;
		do {
			/* The next member, if these are no zeros that fill up a last block. */
			if (s.block_state == ISAL_BLOCK_FINISH) {
				if (s.avail_in == 0 || *s.next_in == 0)
					break;
				isal_inflate_reset(&s);
			}
			s.next_out = p->out;
			s.avail_out = (uint32_t)OUT_SIZE;
			if (isal_inflate(&s) != ISAL_DECOMP_OK)
				give_up("the gzip data are damaged");
			take_plain(p, p->out, OUT_SIZE - s.avail_out);
		} while (s.avail_in || s.avail_out == 0);
	}
	if (s.block_state != ISAL_BLOCK_FINISH)
		give_up("the gzip data are cut off");
}

static void pass_zstd(struct pass *p, size_t len)
{
	ZSTD_DCtx *d = ZSTD_createDCtx();
	size_t more = 0;

	for (; d && len; len = read_piece(p)) {
		ZSTD_inBuffer in = { p->in, len, 0 };
		bool full;

		do {
			ZSTD_outBuffer out = { p->out, OUT_SIZE, 0 };

			more = ZSTD_decompressStream(d, &out, &in);
			if (ZSTD_isError(more))
				give_up(ZSTD_getErrorName(more));
			take_plain(p, p->out, out.pos);
			full = out.pos == out.size;
		} while (in.pos < in.size || full);
	}
	if (!d || more)
		give_up("the zstd data are cut off");
	ZSTD_freeDCtx(d);
}

static EVP_MD_CTX *new_digest(void)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	if (!c || !EVP_DigestInit_ex(c, EVP_sha256(), NULL))
		give_up("no SHA-256");
	return c;
}

static void end_digest(EVP_MD_CTX *c)
{
	uint8_t bytes[EVP_MAX_MD_SIZE];

	if (c && !EVP_DigestFinal_ex(c, bytes, NULL))
		give_up("the digest fails");
	EVP_MD_CTX_free(c);
}

/* One layer from its first to its last byte; returns seconds. */
static double measure(struct pass *p)
{
	struct timespec begin, end;

	p->in_bytes = p->out_bytes = 0;
	p->walk = (struct walk){ 0 };
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (lseek(p->fd, 0, SEEK_SET) < 0)
		give_up(strerror(errno));
	p->stored = new_digest();
	size_t len = read_piece(p);
	bool gzip = len >= 2 && memcmp(p->in, "\x1f\x8b", 2) == 0;
	bool zstd = len >= 4 && memcmp(p->in, "\x28\xb5\x2f\xfd", 4) == 0;

	p->plain = gzip || zstd ? new_digest() : NULL;
	if (gzip)
		pass_gzip(p, len);
	else if (zstd)
		pass_zstd(p, len);
	else
		for (; len; len = read_piece(p))
			take_plain(p, p->in, len);
	end_digest(p->stored);
	end_digest(p->plain);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

int main(int argc, char **argv)
{
	struct pass p = { .in = malloc(IN_SIZE), .out = malloc(OUT_SIZE) };
	int rounds = argc > 2 ? atoi(argv[2]) : 1;
	double best = 0;

	if (argc < 2 || argc > 3 || rounds < 1) {
		fprintf(stderr, "usage: bulwark-floor FILE [ROUNDS]\n");
		return 2;
	}
	p.fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (p.fd < 0 || !p.in || !p.out)
		give_up(strerror(errno));
	for (int i = 0; i < rounds; i++) {
		double seconds = measure(&p);

		if (i == 0 || seconds < best)
			best = seconds;
	}
	printf("seconds %.4f\nstored_bytes %llu\nplain_bytes %llu\nheaders %llu\n"
	       "stored_mb_per_second %.1f\nplain_mb_per_second %.1f\n",
	       best, (unsigned long long)p.in_bytes, (unsigned long long)p.out_bytes,
	       (unsigned long long)p.walk.entries, (double)p.in_bytes / best / 1e6,
	       (double)p.out_bytes / best / 1e6);
	free(p.in);
	free(p.out);
	close(p.fd);
	return 0;
}
