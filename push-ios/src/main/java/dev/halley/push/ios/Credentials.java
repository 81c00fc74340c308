package dev.halley.push.ios;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.eatthepath.pushy.apns.auth.ApnsSigningKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collections;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads keys and certificates, and says what is wrong in a file without quoting it. */
final class Credentials {

    /** Says what is wrong. It has no cause, for that might quote a key. */
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String problem) {
            super(problem);
        }

        String problem() {
            return String.valueOf(getMessage());
        }
    }

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final int P256_BITS = 256;

    private Credentials() {}

    /** Reads a key as Apple gives it out, also one whose line breaks have become {@code \n} on the way. */
    static ApnsSigningKey key(byte[] file, String teamId, String keyId) throws UnusableException {
        String text = new String(file, UTF_8)
                .replace("\uFEFF", "")
                .replace("\\r", "")
                .replace("\\n", "\n")
                .strip();
        if (text.isEmpty()) {
            throw new UnusableException("it is empty");
        }
        Matcher pem = PEM.matcher(text);
        if (!pem.find()) {
            throw new UnusableException(
                    text.contains("-----BEGIN") ? "its key has no end: the file is cut off" : "it is not in PEM");
        }
        switch (pem.group(1)) {
            case "PRIVATE KEY" -> {}
            case "ENCRYPTED PRIVATE KEY" -> throw new UnusableException("its key is encrypted");
            case "EC PRIVATE KEY" ->
                throw new UnusableException(
                        "its key is not in PKCS #8; openssl pkcs8 -topk8 -nocrypt makes that of it");
            default ->
                throw new UnusableException(
                        pem.group(1).contains("CERTIFICATE")
                                ? "it has a certificate and no key"
                                : "it has another key");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
            PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
            if (key instanceof ECPrivateKey elliptic
                    && elliptic.getParams().getCurve().getField().getFieldSize() == P256_BITS) {
                return new ApnsSigningKey(keyId, teamId, elliptic);
            }
            throw new UnusableException("its key is of another curve than P-256");
        } catch (InvalidKeySpecException e) {
            throw new UnusableException("its key is damaged, or no key for elliptic curves");
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new UnusableException("its key is damaged");
        }
    }

    /** Returns the certificate that a key store has a key for. */
    static X509Certificate certificate(byte[] file, String password) throws UnusableException {
        KeyStore store;
        try {
            store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(file), password.toCharArray());
        } catch (IOException e) {
            // The JDK reports a wrong password like this.
            throw new UnusableException(
                    e.getCause() instanceof java.security.UnrecoverableKeyException
                            ? "the password does not open it"
                            : "it is no key store in PKCS #12, or damaged");
        } catch (GeneralSecurityException e) {
            throw new UnusableException("it is protected in a way that this Java does not know");
        }
        try {
            for (String alias : Collections.list(store.aliases())) {
                Certificate certificate = store.getCertificate(alias);
                if (store.isKeyEntry(alias) && certificate instanceof X509Certificate x509) {
                    return x509;
                }
            }
        } catch (GeneralSecurityException e) {
            // As if there were none.
        }
        throw new UnusableException("it has no certificate with its key");
    }
}
