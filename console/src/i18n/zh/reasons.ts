import type { ReasonTexts } from '../texts'

export const reasons: ReasonTexts = {
  NotChecked: { short: '尚未检查', sentence: '尚未进行检查。' },
  ConnectionRefused: { short: '连接被拒', sentence: '连接被拒绝：该地址和端口没有服务在监听。' },
  NameUnresolved: { short: '域名无法解析', sentence: '无法解析地址中的域名。' },
  Timeout: { short: '无响应', sentence: '镜像仓库未在规定时间内响应。' },
  ConnectionReset: { short: '连接中断', sentence: '收到响应之前连接被中断。' },
  TlsFailed: { short: 'TLS 失败', sentence: '无法建立受信任的加密连接。' },
  NotARegistry: { short: '不是镜像仓库', sentence: '该地址有响应，但并不是镜像仓库。' },
  ServerError: { short: '服务端错误', sentence: '镜像仓库返回了自身的错误。' },
  CredentialsRejected: { short: '账户被拒', sentence: '镜像仓库拒绝了所保存的账户。' },
  RateLimited: { short: '请求受限', sentence: '镜像仓库提示请求过于频繁。' },
  ProtocolError: { short: '协议错误', sentence: '无法理解镜像仓库的响应。' },
  AddressRefused: { short: '地址被禁止', sentence: 'Roadstead 不允许连接该地址。' },
  Reachable: { short: '可访问', sentence: '镜像仓库响应正常。' },
  SlowAnswers: { short: '响应缓慢', sentence: '镜像仓库有响应，但速度较慢。' },
  CredentialsAccepted: { short: '已接受', sentence: '镜像仓库接受所保存的账户。' },
  NoCredentials: { short: '无账户', sentence: '没有可检查的账户。' },
  CredentialUnreadable: { short: '账户无法读取', sentence: '无法解密所保存的账户。' },
  NotTested: { short: '未测试', sentence: '尚未通过连接测试。' },
  Tested: { short: '已测试', sentence: '已通过全部连接测试。' },
}
