/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cacao/signature_rsa.h"

#ifdef CDR_WITH_OPENSSL

#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#define BITS_MIN 2048
#define BITS_MAX 16384      /* more cost seconds */

typedef struct library {
    void *handle;
    EVP_PKEY *(*read_key)(EVP_PKEY **, const unsigned char **, long);
    void (*free_key)(EVP_PKEY *);
    int (*kind)(const EVP_PKEY *);
    int (*bits)(const EVP_PKEY *);
    EVP_MD_CTX *(*begin)(void);
    void (*end)(EVP_MD_CTX *);
    const EVP_MD *(*sha256)(void);
    int (*verify_init)(EVP_MD_CTX *, EVP_PKEY_CTX **, const EVP_MD *, ENGINE *, EVP_PKEY *);
    int (*verify)(EVP_MD_CTX *, const unsigned char *, size_t, const unsigned char *, size_t);
} library;

/* ISO C has no conversion from what dlsym gives to a function; POSIX promises that their bytes are alike. */
static bool find(void *handle, const char *name, void *function)
{
    void *p = dlsym(handle, name);
    *(void **)function = p;
    return p != NULL;
}

static bool load(library *l)
{
    l->handle = dlopen(CDR_WITH_OPENSSL, RTLD_LAZY | RTLD_LOCAL);
    if (!l->handle)
        return false;
    return find(l->handle, "d2i_PUBKEY", &l->read_key) && find(l->handle, "EVP_PKEY_free", &l->free_key) && find(l->handle, "EVP_PKEY_get_base_id", &l->kind) && find(l->handle, "EVP_PKEY_get_bits", &l->bits) &&
           find(l->handle, "EVP_MD_CTX_new", &l->begin) && find(l->handle, "EVP_MD_CTX_free", &l->end) && find(l->handle, "EVP_sha256", &l->sha256) && find(l->handle, "EVP_DigestVerifyInit", &l->verify_init) &&
           find(l->handle, "EVP_DigestVerify", &l->verify);
}

static cdr_rsa_answer judge(const library *l, EVP_PKEY *key, const void *msg, size_t len, const uint8_t *signature, size_t signature_len)
{
    if (l->kind(key) != EVP_PKEY_RSA)
        return CDR_RSA_NO_KEY;
    if (l->bits(key) < BITS_MIN || l->bits(key) > BITS_MAX)
        return CDR_RSA_WEAK;
    EVP_MD_CTX *c = l->begin();
    bool good = c && l->verify_init(c, NULL, l->sha256(), NULL, key) == 1 && l->verify(c, signature, signature_len, msg, len) == 1;
    l->end(c);
    return good ? CDR_RSA_GOOD : CDR_RSA_BAD;
}

cdr_rsa_answer cdr_rsa_verify(const uint8_t *key, size_t key_len, const void *msg, size_t len, const uint8_t *signature, size_t signature_len)
{
    library l = {0};
    cdr_rsa_answer answer = CDR_RSA_NO_LIBRARY;
    if (load(&l)) {
        const unsigned char *at = key;
        EVP_PKEY *k = l.read_key(NULL, &at, (long)key_len);
        answer = k && at == key + key_len ? judge(&l, k, msg, len, signature, signature_len) : CDR_RSA_NO_KEY;
        l.free_key(k);
    }
    /* It stays loaded: it registers what runs at exit. */
    return answer;
}

#else

cdr_rsa_answer cdr_rsa_verify(const uint8_t *key, size_t key_len, const void *msg, size_t len, const uint8_t *signature, size_t signature_len)
{
    (void)key, (void)key_len, (void)msg, (void)len, (void)signature, (void)signature_len;
    return CDR_RSA_NO_LIBRARY;
}

#endif
