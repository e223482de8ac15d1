/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of keys: workspace key, key-encryption key, customer's key. */
#include "core/vault/vault_parts.h"

#include "base/io.h"
#include "base/parse.h"
#include "core/workspace/store.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define KEYS_FILE "candor.keys"
#define PEPPER "pepper"
#define BATCH 10000u

/* "candor kek 3 983ab4995e97…": what a sealed key belongs to. */
static size_t kek_bound(const cdr_vault *v, uint32_t version, char ret[80])
{
    char hex[2 * CDR_WORKSPACE_ID_BYTES + 1];
    cdr_hex_encode(v->id, sizeof v->id, hex);
    return (size_t)snprintf(ret, 80, "candor kek %u %s", version, hex);
}

static size_t secret_bound(const cdr_vault *v, const char *name, char ret[80])
{
    char hex[2 * CDR_WORKSPACE_ID_BYTES + 1];
    cdr_hex_encode(v->id, sizeof v->id, hex);
    return (size_t)snprintf(ret, 80, "candor secret %.20s %s", name, hex);
}

typedef struct dek_place { char label[16]; uint8_t workspace[CDR_WORKSPACE_ID_BYTES]; uint32_t kek; int64_t customer; } dek_place;
_Static_assert(sizeof(dek_place) == 40, "no padding in what is bound");

static dek_place place_of(const cdr_vault *v, uint32_t kek, int64_t customer)
{
    dek_place p = {"candor key v1", {0}, kek, customer};
    memcpy(p.workspace, v->id, sizeof p.workspace);
    return p;
}

static cdr_status new_kek(cdr_vault *v, uint32_t version, cdr_secret **ret, cdr_err *err)
{
    uint8_t sealed[72];
    char bound[80];
    const cdr_secret *root = cdr_workspace_key(v->ws, CDR_KEY_VAULT);
    *ret = NULL;
    cdr_status s = root ? cdr_secret_random(v->ctx, CDR_KEY_BYTES, ret, err) : cdr_fail_nomem(err, "vault");
    if (s == CDR_OK)
        s = cdr_seal(v->ctx, root, cdr_secret_bytes(*ret), CDR_KEY_BYTES, bound, kek_bound(v, version, bound), sealed, err);
    if (s == CDR_OK)
        s = cdr_kek_add(v, version, sealed, err);
    if (s != CDR_OK) {
        cdr_secret_free(*ret);
        *ret = NULL;
    }
    return s;
}

static cdr_status unseal(cdr_vault *v, const void *sealed, size_t len, const char *bound, size_t bound_len, cdr_secret **ret, cdr_err *err)
{
    const cdr_secret *root = cdr_workspace_key(v->ws, CDR_KEY_VAULT);
    *ret = NULL;
    if (!root)
        return cdr_fail_nomem(err, "vault");
    cdr_status s = len > CDR_SEAL_BYTES ? cdr_secret_new(NULL, len - CDR_SEAL_BYTES, ret, err) : CDR_DENIED;
    if (s == CDR_OK)
        s = cdr_unseal(root, sealed, len, bound, bound_len, cdr_secret_writable(*ret), NULL);
    if (s == CDR_OK || s == CDR_E_NOMEM)
        return s;
    cdr_secret_free(*ret);
    *ret = NULL;
    return cdr_fail(err, CDR_E_CORRUPT, "vault", "vault.foreign-keys", "%s does not belong to this workspace, or was changed; put back the right copy.", KEYS_FILE);
}

static cdr_status load_kek(cdr_vault *v, uint32_t version, const uint8_t sealed[72], cdr_secret **ret, cdr_err *err)
{
    char bound[80];
    return unseal(v, sealed, 72, bound, kek_bound(v, version, bound), ret, err);
}

static cdr_status new_pepper(cdr_vault *v, cdr_err *err)
{
    uint8_t sealed[CDR_KEY_BYTES + CDR_SEAL_BYTES];
    char bound[80];
    const cdr_secret *root = cdr_workspace_key(v->ws, CDR_KEY_VAULT);
    cdr_status s = root ? cdr_secret_random(v->ctx, CDR_KEY_BYTES, &v->pepper, err) : cdr_fail_nomem(err, "vault");
    if (s == CDR_OK)
        s = cdr_seal(v->ctx, root, cdr_secret_bytes(v->pepper), CDR_KEY_BYTES, bound, secret_bound(v, PEPPER, bound), sealed, err);
    return s == CDR_OK ? cdr_vault_secret_put(v, PEPPER, sealed, sizeof sealed, err) : s;
}

static cdr_status load_pepper(cdr_vault *v, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sealed = CDR_BUF(256);
    char bound[80];
    cdr_status s = cdr_vault_secret_get(v, PEPPER, &sealed, err);
    return s == CDR_OK ? unseal(v, sealed.data, sealed.len, bound, secret_bound(v, PEPPER, bound), &v->pepper, err) : s;
}

/* The first keys, in one transaction; without them the file is of no use and the next opening makes them. */
static cdr_status make_first(cdr_vault *v, cdr_err *err)
{
    cdr_status s = cdr_db_begin(v->keys, err);
    if (s != CDR_OK)
        return s;
    v->kek_version = 1;
    s = new_kek(v, 1, &v->kek, err);
    if (s == CDR_OK)
        s = new_pepper(v, err);
    if (s == CDR_OK)
        return cdr_db_commit(v->keys, err);
    cdr_db_rollback(v->keys);
    return s;
}

static cdr_status open_file(cdr_vault *v, bool create, const char *path, cdr_err *err)
{
    struct stat st;
    bool writer = create;
    uint64_t active = 0, erased = 0;
    if (!lstat(path, &st))
        return cdr_db_open_keys(v->ctx, path, writer ? CDR_DB_WRITE : CDR_DB_READ, &v->keys, err);
    cdr_status s = cdr_customer_count(v, &active, &erased, err);
    if (s != CDR_OK)
        return s;
    /* A new file would seal new customers and leave the old ones unreadable without a word. */
    if (active > 0)
        return cdr_fail(err, CDR_E_CORRUPT, "vault", "vault.keys-missing", "%s is missing, and with it the keys of %llu %s; put back your copy of it.", path, (unsigned long long)active, active == 1 ? "customer" : "customers");
    if (!create)
        return cdr_fail(err, CDR_NOT_FOUND, "vault", "vault.none", "There are no customers yet; candor customer import or candor customer add makes the vault.");
    return cdr_db_open_keys(v->ctx, path, CDR_DB_CREATE, &v->keys, err);
}

cdr_status cdr_vault_open_keys(cdr_vault *v, bool create, cdr_err *err)
{
    uint8_t sealed[72];
    int64_t made;
    _cleanup_free_ char *path = cdr_path_join(cdr_workspace_dir(v->ws), KEYS_FILE);
    cdr_status s = path ? open_file(v, create, path, err) : cdr_fail_nomem(err, "vault");
    if (s == CDR_OK)
        s = cdr_keys_prepare(v, err);
    if (s != CDR_OK)
        return s;
    s = cdr_kek_newest(v, &v->kek_version, sealed, &made, err);
    if (s == CDR_NOT_FOUND)
        return create ? make_first(v, err) : cdr_fail(err, CDR_NOT_FOUND, "vault", "vault.none", "There are no customers yet; candor customer import or candor customer add makes the vault.");
    if (s == CDR_OK)
        s = load_kek(v, v->kek_version, sealed, &v->kek, err);
    return s == CDR_OK ? load_pepper(v, err) : s;
}

/* --- customers' keys --- */

void cdr_vault_dek_seal(cdr_vault *v, int64_t customer, const uint8_t dek[CDR_DEK_BYTES], cdr_sealed_key *ret)
{
    dek_place at = place_of(v, v->kek_version, customer);
    ret->kek = v->kek_version;
    cdr_seal_pooled(&v->nonces, cdr_secret_bytes(v->kek), dek, CDR_DEK_BYTES, &at, sizeof at, ret->sealed);
}

cdr_status cdr_vault_dek_new(cdr_vault *v, int64_t customer, cdr_sealed_key *ret, cdr_err *err)
{
    (void)err;
    v->dek_of = 0;
    v->ctx->random(v->ctx->rng, cdr_secret_writable(v->dek), CDR_DEK_BYTES);
    cdr_vault_dek_seal(v, customer, cdr_secret_bytes(v->dek), ret);
    v->dek_of = customer;
    return CDR_OK;
}

static cdr_status kek_for(cdr_vault *v, uint32_t version, const cdr_secret **ret, cdr_err *err)
{
    uint8_t sealed[72];
    *ret = version == v->kek_version ? v->kek : v->old_kek;
    if (version == v->kek_version || (v->old_kek && v->old_version == version))
        return CDR_OK;
    cdr_secret_free(v->old_kek);
    v->old_kek = NULL;
    cdr_status s = cdr_kek_get(v, version, sealed, err);
    if (s == CDR_OK)
        s = load_kek(v, version, sealed, &v->old_kek, err);
    v->old_version = version;
    *ret = v->old_kek;
    return s;
}

static cdr_status open_dek(cdr_vault *v, int64_t customer, const cdr_sealed_key *k, cdr_err *err)
{
    const cdr_secret *kek;
    dek_place at = place_of(v, k->kek, customer);
    cdr_status s = kek_for(v, k->kek, &kek, err);
    if (s == CDR_OK && !cdr_unseal_bytes(cdr_secret_bytes(kek), k->sealed, sizeof k->sealed, &at, sizeof at, cdr_secret_writable(v->dek)))
        s = cdr_fail(err, CDR_E_CORRUPT, "vault", "vault.key-changed", "The key of a customer does not open: %s was changed; put back your copy of it.", KEYS_FILE);
    return s;
}

cdr_status cdr_vault_dek(cdr_vault *v, int64_t customer, const uint8_t **ret, cdr_err *err)
{
    cdr_sealed_key k;
    *ret = cdr_secret_bytes(v->dek);
    if (v->dek_of == customer && customer > 0)
        return CDR_OK;
    v->dek_of = 0;
    cdr_status s = cdr_keys_get(v, customer, &k, err);
    if (s == CDR_OK)
        s = open_dek(v, customer, &k, err);
    if (s == CDR_OK)
        v->dek_of = customer;
    return s;
}

/* --- rotation --- */

cdr_status cdr_vault_key_status(cdr_vault *v, cdr_key_status *ret, cdr_err *err)
{
    uint8_t sealed[72];
    *ret = (cdr_key_status){.version = v->kek_version};
    cdr_status s = cdr_kek_newest(v, &ret->version, sealed, &ret->made_us, err);
    return s == CDR_OK ? cdr_keys_count(v, v->kek_version, &ret->keys, &ret->older, err) : s;
}

typedef struct rotation { int64_t ids[BATCH]; cdr_sealed_key keys[BATCH]; } rotation;

static cdr_status rewrap(cdr_vault *v, const rotation *r, size_t count, cdr_err *err)
{
    cdr_status s = cdr_db_begin(v->keys, err);
    if (s != CDR_OK)
        return s;
    v->dek_of = 0;
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        cdr_sealed_key k;
        s = open_dek(v, r->ids[i], &r->keys[i], err);
        if (s != CDR_OK)
            break;
        cdr_vault_dek_seal(v, r->ids[i], cdr_secret_bytes(v->dek), &k);
        s = cdr_keys_put(v, r->ids[i], &k, err);
    }
    cdr_wipe(cdr_secret_writable(v->dek), CDR_DEK_BYTES);
    if (s == CDR_OK)
        return cdr_db_commit(v->keys, err);
    cdr_db_rollback(v->keys);
    return s;
}

static cdr_status rewrap_all(cdr_vault *v, cdr_key_progress_fn *fn, void *arg, uint64_t *ret_done, cdr_err *err)
{
    rotation *r = cdr_alloc(sizeof *r);
    uint64_t all = 0, older = 0;
    size_t count = 0;
    if (!r)
        return cdr_fail_nomem(err, "vault");
    cdr_status s = cdr_keys_count(v, v->kek_version, &all, &older, err);
    int64_t after = INT64_MIN;
    *ret_done = 0;
    do {
        if (s == CDR_OK && cdr_cancelled(v->ctx))
            s = cdr_fail(err, CDR_E_CANCELLED, "vault", "vault.rotate-stopped", "Stopped; %llu of %llu keys are wrapped anew. Run candor key rotate again to go on.", (unsigned long long)*ret_done, (unsigned long long)older);
        if (s == CDR_OK)
            s = cdr_keys_older(v, v->kek_version, after, r->ids, r->keys, BATCH, &count, err);
        if (s == CDR_OK && count)
            s = rewrap(v, r, count, err);
        if (s == CDR_OK && count) {
            after = r->ids[count - 1];
            *ret_done += count;
            if (fn)
                fn(arg, *ret_done, older);
        }
    } while (s == CDR_OK && count);
    cdr_free(r);
    return s;
}

/* A rotation that was stopped goes on with the key it had made. */
static cdr_status begin_rotation(cdr_vault *v, cdr_err *err)
{
    uint64_t all = 0, older = 0;
    cdr_status s = cdr_keys_count(v, v->kek_version, &all, &older, err);
    if (s != CDR_OK || older > 0)
        return s;
    if (v->kek_version == UINT32_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "vault", "vault.rotations", "The key was changed too often.");
    cdr_secret *kek;
    s = new_kek(v, v->kek_version + 1, &kek, err);
    if (s != CDR_OK)
        return s;
    cdr_secret_free(v->old_kek);
    v->old_kek = v->kek;
    v->old_version = v->kek_version;
    v->kek = kek;
    v->kek_version++;
    return CDR_OK;
}

cdr_status cdr_vault_key_rotate(cdr_vault *v, cdr_key_progress_fn *fn, void *arg, cdr_err *err)
{
    uint64_t done = 0;
    cdr_status s = begin_rotation(v, err);
    if (s == CDR_OK)
        s = rewrap_all(v, fn, arg, &done, err);
    if (s == CDR_OK)
        s = cdr_kek_drop_before(v, v->kek_version, err);
    if (s == CDR_OK)
        s = cdr_db_cut_log(v->keys, err);
    json_t *details = s == CDR_OK ? json_pack("{s:I, s:I}", "version", (json_int_t)v->kek_version, "keys", (json_int_t)done) : NULL;
    _cleanup_free_ char *text = details ? json_dumps(details, JSON_COMPACT) : NULL;
    json_decref(details);
    if (s == CDR_OK && !text)
        s = cdr_fail_nomem(err, "vault");
    if (s == CDR_OK)
        s = cdr_ledger_append(cdr_workspace_ledger(v->ws), &(cdr_ledger_event){"key.rotate", cdr_workspace_actor(v->ws), "candor.keys", text}, NULL, err);
    return s;
}
