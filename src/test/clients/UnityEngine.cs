// The parts of Unity that the generated client uses, without behaviour: it only has to compile.
namespace UnityEngine
{
    public class AsyncOperation
    {
        public event System.Action<AsyncOperation> completed { add { } remove { } }
    }

    public class WWWForm
    {
        public void AddField(string name, string value) { }
        public void AddBinaryData(string name, byte[] contents, string fileName) { }
    }

    public static class Debug
    {
        public static void LogError(object message) { }
    }
}

namespace UnityEngine.Networking
{
    using System;
    using System.Collections.Generic;

    public interface IMultipartFormSection { }

    public class MultipartFormDataSection : IMultipartFormSection
    {
        public MultipartFormDataSection(string name, string data) { }
    }

    public class MultipartFormFileSection : IMultipartFormSection
    {
        public MultipartFormFileSection(string name, byte[] data, string fileName, string contentType) { }
    }

    public class DownloadHandler
    {
        public string text { get { return null; } }
        public byte[] data { get { return null; } }
    }

    public class DownloadHandlerBuffer : DownloadHandler { }

    public class UnityWebRequestAsyncOperation : AsyncOperation
    {
        public UnityWebRequest webRequest { get { return null; } }
    }

    public class UnityWebRequest : IDisposable
    {
        public enum Result { InProgress, Success, ConnectionError, ProtocolError, DataProcessingError }

        public UnityWebRequest(string url, string method) { }

        public Result result { get { return Result.Success; } }
        public string error { get { return null; } }
        public string url { get; set; }
        public string method { get; set; }
        public int timeout { get; set; }
        public long responseCode { get { return 0; } }
        public DownloadHandler downloadHandler { get; set; }

        public static UnityWebRequest Post(string uri, WWWForm form) { return null; }
        public static UnityWebRequest Post(string uri, List<IMultipartFormSection> form) { return null; }
        public static UnityWebRequest Put(string uri, byte[] body) { return null; }
        public static UnityWebRequest Put(string uri, string body) { return null; }

        public void SetRequestHeader(string name, string value) { }
        public string GetResponseHeader(string name) { return null; }
        public Dictionary<string, string> GetResponseHeaders() { return null; }
        public UnityWebRequestAsyncOperation SendWebRequest() { return null; }
        public void Abort() { }
        public void Dispose() { }
    }
}
