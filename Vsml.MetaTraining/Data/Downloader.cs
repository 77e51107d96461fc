using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Vsml.Files;

namespace Vsml.Data;

/// <summary>
/// Downloads files: goes on with what an interrupted attempt left (<c>NAME.part</c>), checks the checksum, and only then gives the
/// file its name.
/// </summary>
/// <param name="client">The client to use.</param>
public sealed class Downloader(HttpClient client)
{
    /// <summary>Brings a file into a folder unless a right one is there.</summary>
    /// <param name="file">What to download.</param>
    /// <param name="folder">Where to; made if need be.</param>
    /// <param name="progress">Told how far it is; may be null.</param>
    /// <param name="cancellation">Stops it; what has come so far is kept for the next attempt.</param>
    /// <returns>The path of the file.</returns>
    /// <exception cref="VsmlException">No address delivers the right file, or the folder cannot be written.</exception>
    public async Task<string> GetAsync(DownloadFile file, string folder, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        var path = Path.Combine(folder, file.Name);
        var part = path + ".part";
        try
        {
            Directory.CreateDirectory(folder);
            if (File.Exists(path) && await HasChecksum(path, file.Checksum, cancellation)) return path;
            var failures = new List<string>();
            foreach (var address in file.Addresses)
            {
                if (await Fetch(address, file, part, progress, cancellation) is { } failure)
                {
                    failures.Add($"{address}: {failure}");
                    continue;
                }
                if (await HasChecksum(part, file.Checksum, cancellation))
                {
                    File.Move(part, path, overwrite: true);
                    return path;
                }
                File.Delete(part);
                failures.Add($"{address}: the checksum is not {file.Checksum}");
            }
            throw new VsmlException($"{file.Name} cannot be downloaded: {string.Join("; ", failures)}. Without a network, put the file into {folder}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VsmlException($"{path}: cannot be written: {e.Message}", e);
        }
    }

    // Null if the part file is complete, else what went wrong.
    private async Task<string?> Fetch(string address, DownloadFile file, string part, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        await using var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                target.Seek(0, SeekOrigin.End);
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                if (target.Length > 0) request.Headers.Range = new RangeHeaderValue(target.Length, null);
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
                if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && attempt == 0)
                {
                    // Nothing lies beyond the part: it is either complete or none of this file's.
                    if (response.Content.Headers.ContentRange?.Length == target.Length) return null;
                    target.SetLength(0);
                    continue;
                }
                if (!response.IsSuccessStatusCode) return $"the server answers {(int)response.StatusCode}";
                if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != target.Length) target.SetLength(0);
                return await Receive(response, target, file, progress, cancellation);
            }
            catch (HttpRequestException e)
            {
                return e.Message;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return "the server does not answer in time";
            }
        }
    }

    private static async Task<string?> Receive(HttpResponseMessage response, FileStream target, DownloadFile file, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var total = response.Content.Headers.ContentLength + target.Length;
        await using var source = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[1 << 16];
        while (true)
        {
            int read;
            try
            {
                read = await source.ReadAsync(buffer, cancellation);
            }
            catch (IOException e)
            {
                return $"the connection broke after {target.Length} bytes: {e.Message}";
            }
            if (read == 0) break;
            if (target.Length + read > file.MostBytes)
            {
                target.SetLength(0);
                return $"the server sends more than {file.MostBytes} bytes";
            }
            await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
            progress?.Report(new(file.Name, target.Length, total));
        }
        DurableFile.Flush(target);
        return total is { } expected && target.Length < expected ? $"the connection ended after {target.Length} of {expected} bytes" : null;
    }

    private static async Task<bool> HasChecksum(string path, string checksum, CancellationToken cancellation)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        // MD5 only where the publisher gives nothing else: it guards against damage, not against malice.
        var hash = checksum.Length == 32 ? await MD5.HashDataAsync(stream, cancellation) : await SHA256.HashDataAsync(stream, cancellation);
        return Convert.ToHexString(hash).Equals(checksum, StringComparison.OrdinalIgnoreCase);
    }
}
